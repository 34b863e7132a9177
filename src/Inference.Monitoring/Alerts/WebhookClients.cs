namespace Inference.Monitoring.Alerts;

/// <summary>HTTP clients of the registered factory, or else over one handler that all share. Thread-safe.</summary>
internal sealed class WebhookClients(IHttpClientFactory? factory)
{
    // A redirect is not followed: it would carry headers and alerts to a host that nobody stated.
    private static readonly SocketsHttpHandler s_handler = new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };

    /// <summary>A client, to be disposed after the request.</summary>
    public HttpClient Create(string name)
    {
        HttpClient client = factory?.CreateClient(name) ?? new HttpClient(s_handler, disposeHandler: false);

        // The attempt's own limit runs by the clock that is registered.
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }
}
