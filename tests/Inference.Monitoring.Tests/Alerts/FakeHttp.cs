using System.Net;

namespace Inference.Monitoring.Tests.Alerts;

/// <summary>A server that answers as it is told.</summary>
internal sealed class FakeHttp : HttpMessageHandler, IHttpClientFactory
{
    private readonly Lock _lock = new();
    private readonly List<(string Body, Dictionary<string, string> Headers)> _requests = [];

    public Func<int, CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } = static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));

    public string Name { get; private set; } = "";

    public List<(string Body, Dictionary<string, string> Headers)> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public void AnswerStatus(params HttpStatusCode[] codes) => Answer = (i, _) => Task.FromResult(new HttpResponseMessage(codes[Math.Min(i, codes.Length) - 1]));

    public HttpClient CreateClient(string name)
    {
        Name = name;
        return new HttpClient(this, disposeHandler: false);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = await request.Content!.ReadAsStringAsync(CancellationToken.None).ConfigureAwait(false);
        int count;
        lock (_lock)
        {
            _requests.Add((body, request.Headers.ToDictionary(static h => h.Key, static h => string.Join(',', h.Value))));
            count = _requests.Count;
        }

        return await Answer(count, cancellationToken).ConfigureAwait(false);
    }
}
