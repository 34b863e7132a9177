using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore;

/// <summary>Makes contexts of calls from HTTP requests.</summary>
public static class RunContextExtensions
{
    extension(RunContext)
    {
        /// <summary>Makes the context of a call from its HTTP request, by <see cref="OpenInferenceOptions"/>: the deadline from the header with the time limit, and the routing key, tenant and subject from their headers.
        /// Pass <see cref="HttpContext.RequestAborted"/> to the call as its cancellation token.</summary>
        /// <param name="http">The request; <c>AddOpenInference</c> must have been called.</param>
        /// <exception cref="InvalidInputException">A header is not valid.</exception>
        public static RunContext From(HttpContext http)
        {
            ArgumentNullException.ThrowIfNull(http);
            try
            {
                return http.RequestServices.GetRequiredService<CallContexts>().Of(http, null, null);
            }
            catch (RequestFault fault)
            {
                throw new InvalidInputException(fault.Message, fault);
            }
        }
    }
}
