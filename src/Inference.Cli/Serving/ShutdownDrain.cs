using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Inference.Cli.Serving;

/// <summary>
/// The time between SIGTERM and the end of listening, in which the server still answers, says that it is not ready, and ends each HTTP/1.1 connection with the answer on it. Without it, a request that a client sends on
/// an idle connection while the server closes it is lost, and the client cannot know whether it ran.
/// </summary>
/// <param name="lifetime">Tells that the server is to stop.</param>
/// <param name="clock">The clock.</param>
internal sealed class ShutdownDrain(IHostApplicationLifetime lifetime, TimeProvider clock) : IHostedLifecycleService
{
    // A keep-alive connection in use is answered, and so closed, several times in this time; load balancers look every second or few.
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    /// <summary>Ends connections with their answers once the server is to stop.</summary>
    public void Use(IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            http.Response.Headers.Connection = "close";
        }

        return next(http);
    });

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(s_delay, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The time to stop is over.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
