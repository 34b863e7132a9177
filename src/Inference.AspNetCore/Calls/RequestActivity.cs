using System.Diagnostics;
using Inference.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Calls;

/// <summary>The activity of a request that continues its caller's, where ASP.NET Core makes none.</summary>
internal static class RequestActivity
{
    private static readonly ActivitySource s_source = new(InferenceDiagnostics.ActivitySourceName);

    /// <summary>Starts an activity, if somebody listens and the request has none.</summary>
    public static Activity? Start(HttpContext http)
    {
        if (!s_source.HasListeners() || Activity.Current is not null)
        {
            return null;
        }

        ActivityContext.TryParse(http.Request.Headers.TraceParent, http.Request.Headers.TraceState, isRemote: true, out ActivityContext parent);
        return s_source.StartActivity("inference.request", ActivityKind.Server, parent);
    }
}
