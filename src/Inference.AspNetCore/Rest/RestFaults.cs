using System.Globalization;
using System.Text.Json;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Inference.AspNetCore.Rest;

/// <summary>Answers exceptions in the protocol's form: a status, and the reason as <c>{"error": …}</c>.</summary>
internal static class RestFaults
{
    public static async Task WriteAsync(HttpContext http, RestResults results, Exception exception, TimeSpan retryAfter, ILogger logger, Action<Utf8JsonWriter>? write = null)
    {
        RequestFault fault = Faults.Of(exception);
        ServerLog.Failed(logger, fault);
        if (http.Response.HasStarted)
        {
            // The status is sent already: that the body is cut off says that it failed.
            http.Abort();
            return;
        }

        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // What an answer wrote before it failed; headers of the challenge stay.
        http.Response.ContentLength = null;
        http.Response.Headers.Remove(HeaderNames.ContentEncoding);
        http.Response.Headers.Remove(RestHeaders.JsonLength);
        http.Response.StatusCode = Status(fault.Kind);
        if (fault.Kind is FaultKind.Overloaded or FaultKind.Unavailable)
        {
            http.Response.Headers.RetryAfter = ((long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        try
        {
            await results.WriteAsync(http, write ?? (json => Write(json, fault.Message))).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // Nobody is left to read it.
        }
    }

    private static void Write(Utf8JsonWriter json, string message)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, message);
        json.WriteEndObject();
    }

    private static int Status(FaultKind kind) => kind switch
    {
        FaultKind.InvalidArgument => StatusCodes.Status400BadRequest,
        FaultKind.NotFound => StatusCodes.Status404NotFound,
        FaultKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        FaultKind.TooSlow => StatusCodes.Status408RequestTimeout,
        FaultKind.UnsupportedCoding => StatusCodes.Status415UnsupportedMediaType,
        FaultKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        FaultKind.PermissionDenied => StatusCodes.Status403Forbidden,
        FaultKind.Overloaded => StatusCodes.Status429TooManyRequests,
        FaultKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        FaultKind.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        FaultKind.Cancelled => StatusCodes.Status499ClientClosedRequest,
        FaultKind.Unimplemented => StatusCodes.Status501NotImplemented,
        _ => StatusCodes.Status500InternalServerError,
    };
}
