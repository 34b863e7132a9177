using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Alerts;

/// <summary>
/// Posts alerts as JSON. An alert waits for others for <see cref="WebhookOptions.GroupWindow"/>; a request that fails with a time-out, a broken connection, 408, 425, 429 or 5xx is tried again. Sending only queues: it
/// neither waits nor fails. Thread-safe.
/// </summary>
internal sealed partial class WebhookAlertSink : IAlertSink, IDisposable, IAsyncDisposable
{
    /// <summary>The alerts of one request.</summary>
    public const int MaxAlerts = 100;

    private const string SinkName = "webhook";

    private readonly Func<WebhookOptions> _options;
    private readonly WebhookClients _clients;
    private readonly TimeProvider _clock;
    private readonly AlertInstruments _instruments;
    private readonly ILogger _logger;
    private readonly Func<double> _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private readonly Queue<MonitoringAlert> _waiting = new();
    private long _dropped;
    private bool _pumping;

    /// <param name="options">The options at present.</param>
    /// <param name="clients">Where HTTP clients come from.</param>
    /// <param name="clock">The clock of all waits.</param>
    /// <param name="instruments">Counts deliveries.</param>
    /// <param name="logger">The log.</param>
    /// <param name="random">Uniform numbers from 0 to 1, by which pauses vary; null for those of the process.</param>
    public WebhookAlertSink(Func<WebhookOptions> options, WebhookClients clients, TimeProvider clock, AlertInstruments instruments, ILogger logger, Func<double>? random = null)
    {
        _options = options;
        _clients = clients;
        _clock = clock;
        _instruments = instruments;
        _logger = logger;
        _random = random ?? Random.Shared.NextDouble;
    }

    /// <summary>The last pass over the queue; completed if there is nothing to send.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
    {
        WebhookOptions options = _options();
        MonitoringAlert? oldest = null;
        lock (_lock)
        {
            if (options.Url is null || _stopping.IsCancellationRequested)
            {
                return default;
            }

            if (_waiting.Count >= options.QueueCapacity)
            {
                oldest = _waiting.Dequeue();
                _dropped++;
            }

            _waiting.Enqueue(alert);
            if (!_pumping)
            {
                _pumping = true;
                Completion = PumpAsync();
            }
        }

        if (oldest is not null)
        {
            _instruments.Delivery(oldest.Snapshot.ModelName, SinkName, "dropped");
            LogDropped(_logger, options.Url.Host, options.QueueCapacity);
        }

        return default;
    }

    /// <summary>Takes no more alerts, and posts those that wait, at once and for at most so long; what waits then is dropped.</summary>
    /// <param name="limit">The longest time.</param>
    public async Task StopAsync(TimeSpan limit)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task last;
        lock (_lock)
        {
            last = Completion;
        }

        await last.WaitAsync(limit, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => new(StopAsync(AlertDispatcher.StopLimit));

    /// <summary>As <see cref="StopAsync"/> with the usual limit, without waiting for it.</summary>
    public void Dispose() => _ = StopAsync(AlertDispatcher.StopLimit);

    private async Task PumpAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (true)
            {
                await Task.Delay(_options().GroupWindow, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _ended.Token.ThrowIfCancellationRequested();
                if (Take(out long dropped) is not { Count: > 0 } group)
                {
                    return;
                }

                await PostAsync(group, dropped).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Disposed: what waits is dropped.
        }
#pragma warning disable CA1031 // Whatever a handler throws, the next alert is tried.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogBroken(_logger, exception.GetType().Name);
            lock (_lock)
            {
                _pumping = false;
            }
        }
    }

    // Of each model and version the last alert, with the state before the first one. An empty group ends the pass.
    private List<MonitoringAlert> Take(out long dropped)
    {
        lock (_lock)
        {
            var group = new List<MonitoringAlert>();
            while (group.Count < MaxAlerts && _waiting.TryDequeue(out MonitoringAlert? alert))
            {
                int same = group.FindIndex(a => a.Snapshot.ModelName == alert.Snapshot.ModelName && a.Snapshot.ModelVersion == alert.Snapshot.ModelVersion);
                if (same < 0)
                {
                    group.Add(alert);
                }
                else
                {
                    group[same] = alert with { Previous = group[same].Previous };
                }
            }

            _pumping = group.Count > 0;
            dropped = _dropped;
            _dropped = 0;
            return group;
        }
    }

    private async Task PostAsync(List<MonitoringAlert> group, long dropped)
    {
        byte[] body = WebhookBody.Write(group, dropped);
        string host = "";
        for (int attempt = 1; ; attempt++)
        {
            WebhookOptions options = _options();
            if (options.Url is not { } url)
            {
                Count(group, "dropped");
                return;
            }

            host = url.Host;
            (HttpStatusCode? status, string reason, TimeSpan? asked) = await TryAsync(options, url, body).ConfigureAwait(false);
            if (status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices)
            {
                Count(group, "sent");
                return;
            }

            if (!IsTransient(status) || attempt >= options.MaxAttempts)
            {
                Count(group, "failed");
                LogFailed(_logger, group.Count, host, attempt, reason);
                return;
            }

            LogRetry(_logger, host, attempt, options.MaxAttempts, reason);
            await Task.Delay(Pause(options, attempt, asked, _random()), _clock, _ended.Token).ConfigureAwait(false);
        }
    }

    // The reason names neither headers nor path: exceptions of handlers may, so only their kind is told.
    private async Task<(HttpStatusCode? Status, string Reason, TimeSpan? Asked)> TryAsync(WebhookOptions options, Uri url, byte[] body)
    {
        using var limit = new CancellationTokenSource(options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ended.Token);
        try
        {
            using HttpClient client = _clients.Create(options.HttpClientName);
            using HttpRequestMessage request = Request(options, url, body);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return (response.StatusCode, string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}"), Asked(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!_ended.IsCancellationRequested)
        {
            return (null, $"no answer within {options.Timeout}", null);
        }
        catch (HttpRequestException exception)
        {
            return (null, $"{exception.HttpRequestError}", null);
        }
        catch (IOException exception)
        {
            return (null, exception.GetType().Name, null);
        }
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - _clock.GetUtcNow() : null);

    private static HttpRequestMessage Request(WebhookOptions options, Uri url, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        foreach ((string name, string value) in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (options.SigningKey is { } key)
        {
            request.Headers.TryAddWithoutValidation("X-Inference-Signature", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), body))}");
        }

        return request;
    }

    /// <summary>Whether a request that ended so may succeed when it is tried again.</summary>
    internal static bool IsTransient(HttpStatusCode? status) =>
        status is null or HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>The pause after an attempt: Backoff · 2^(attempt − 1) · (0.5 to 1), or what the server asks for, at most MaxBackoff.</summary>
    internal static TimeSpan Pause(WebhookOptions options, int attempt, TimeSpan? asked, double random)
    {
        double own = Math.Min(options.Backoff.TotalSeconds * Math.Pow(2, attempt - 1), options.MaxBackoff.TotalSeconds) * (0.5 + (0.5 * random));
        return TimeSpan.FromSeconds(Math.Min(Math.Max(own, asked?.TotalSeconds ?? 0), options.MaxBackoff.TotalSeconds));
    }

    private void Count(List<MonitoringAlert> group, string result)
    {
        foreach (MonitoringAlert alert in group)
        {
            _instruments.Delivery(alert.Snapshot.ModelName, SinkName, result);
        }
    }

    [LoggerMessage(30, LogLevel.Warning, "The webhook at {Host} did not take alerts at attempt {Attempt} of {Attempts}: {Reason}. It is tried again.")]
    private static partial void LogRetry(ILogger logger, string host, int attempt, int attempts, string reason);

    [LoggerMessage(31, LogLevel.Error, "{Count} alerts were not delivered to the webhook at {Host} in {Attempts} attempts: {Reason}.")]
    private static partial void LogFailed(ILogger logger, int count, string host, int attempts, string reason);

    [LoggerMessage(32, LogLevel.Error, "An alert for the webhook at {Host} was dropped, because {Count} wait.")]
    private static partial void LogDropped(ILogger logger, string host, int count);

    [LoggerMessage(33, LogLevel.Error, "Alerts were not delivered to a webhook because of a {Kind}.")]
    private static partial void LogBroken(ILogger logger, string kind);
}
