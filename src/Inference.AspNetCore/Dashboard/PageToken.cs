using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Dashboard;

/// <summary>The token by which requests that change something prove that a page of this server sent them.</summary>
internal sealed class PageToken(IAntiforgery antiforgery)
{
    /// <summary>Makes the token of a page for its caller, and sets the cookie that belongs to it.</summary>
    public AntiforgeryTokenSet Make(HttpContext http) => antiforgery.GetAndStoreTokens(http);

    /// <exception cref="RequestFault">The request has no valid token.</exception>
    public async Task RequireAsync(HttpContext http)
    {
        if (!await antiforgery.IsRequestValidAsync(http).ConfigureAwait(false))
        {
            RequestFault.Throw("The request does not have the token of a page of this server, or the page is of another caller. Reload the page.");
        }
    }
}
