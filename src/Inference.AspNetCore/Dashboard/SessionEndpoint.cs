using System.Text.Json;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Rest;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Tells a page who its caller is, and what the caller may do. Open to all: it tells nothing of models.</summary>
internal sealed class SessionEndpoint(RestPipeline pipeline, DashboardAccess access, PageToken token, IOptions<DashboardOptions> options, IServiceProvider services)
{
    public Task ReadAsync(HttpContext http) => pipeline.RunAsync(http, null, async (context, _) =>
    {
        bool read = await access.AllowsAsync(context, OpenInferenceGroup.Statistics, null).ConfigureAwait(false);
        bool infer = await access.AllowsAsync(context, OpenInferenceGroup.Infer, null).ConfigureAwait(false);
        bool act = await access.AllowsAsync(context, OpenInferenceGroup.Admin, null).ConfigureAwait(false);
        string? header = await KeyHeaderAsync().ConfigureAwait(false);
        AntiforgeryTokenSet tokens = token.Make(context);
        context.Response.Headers.CacheControl = "no-store";
        await pipeline.Results.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("title", options.Value.Title);
            json.WriteString("server", ServerIdentity.Version);
            json.Exact("coreHourPrice", options.Value.CoreHourPrice);
            json.WriteString("currency", options.Value.Currency);
            json.Text("user", context.User.Identity is { IsAuthenticated: true } ? DashboardAccess.Actor(context) : null);
            json.WriteBoolean("read", read);
            json.WriteBoolean("infer", infer);
            json.WriteBoolean("act", act);
            json.Text("keyHeader", header);
            json.Text("token", tokens.RequestToken);
            json.Text("tokenHeader", tokens.HeaderName);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    });

    // The header of the first scheme of keys; null without one.
    private async Task<string?> KeyHeaderAsync()
    {
        if (services.GetService<IAuthenticationSchemeProvider>() is { } schemes)
        {
            foreach (AuthenticationScheme scheme in await schemes.GetAllSchemesAsync().ConfigureAwait(false))
            {
                if (scheme.HandlerType == typeof(ApiKeyHandler))
                {
                    return services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(scheme.Name).Header;
                }
            }
        }

        return null;
    }
}
