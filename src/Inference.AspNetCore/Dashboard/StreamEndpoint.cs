using Inference.AspNetCore.Protocol;
using Inference.AspNetCore.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Tells a page of changes, by server-sent events: all models first, then what changed, at most once a second.</summary>
internal sealed class StreamEndpoint(RestPipeline pipeline, ModelFeed feed, DashboardAccess access, IOptions<DashboardOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    // A comment: it says that the server is there.
    private static readonly byte[] s_sign = ":\n\n"u8.ToArray();

    // A page opens a new stream then, so that what it may see is decided again.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);

    public Task StreamAsync(HttpContext http) => pipeline.RunAsync(http, OpenInferenceGroup.Statistics, async (context, _) =>
    {
        IReadOnlySet<string>? hidden = await access.HiddenAsync(context).ConfigureAwait(false);
        if (feed.Listeners >= options.Value.MaxStreams)
        {
            throw new RequestFault(FaultKind.Unavailable, $"{feed.Listeners} pages are open, as many as this server tells of changes (DashboardOptions.MaxStreams). Retry later.");
        }

        feed.Enter();
        try
        {
            await TellAsync(context, hidden).ConfigureAwait(false);
        }
        finally
        {
            feed.Leave();
        }
    });

    private async Task TellAsync(HttpContext http, IReadOnlySet<string>? hidden)
    {
        using var ending = new CancellationTokenSource(s_longest, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping, ending.Token);
        HttpResponse response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        long told = 0;
        try
        {
            while (true)
            {
                FeedTick tick = await feed.NextAsync(told, linked.Token).ConfigureAwait(false);
                byte[] bytes = hidden is null && told == tick.Number - 1 && told > 0 ? tick.Delta : tick.Event(told, hidden);
                told = tick.Number;
                await response.Body.WriteAsync(bytes.Length > 0 ? bytes : s_sign, linked.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The page went away, the server stops, or the stream is old: an end, not an error.
        }
    }
}
