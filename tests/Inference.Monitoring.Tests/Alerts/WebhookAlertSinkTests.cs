using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Monitoring.Alerts;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Alerts;

public sealed class WebhookAlertSinkTests : IDisposable
{
    private readonly TimerCountingTimeProvider _clock = new();
    private readonly FakeHttp _http = new();
    private readonly LogLines _log = new();
    private readonly WebhookOptions _options = new() { Url = new Uri("https://hooks.example/services/T0/path-secret"), Backoff = TimeSpan.FromSeconds(2), GroupWindow = TimeSpan.FromSeconds(10) };
    private readonly WebhookAlertSink _sink;

    public WebhookAlertSinkTests() =>
        _sink = new WebhookAlertSink(() => _options, new WebhookClients(_http), _clock, new AlertInstruments(null), _log.CreateLogger("alerts"), static () => 1);

    public void Dispose()
    {
        _sink.Dispose();
        _http.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task SendAsync_Alert_IsPostedAfterTheGroupWindow()
    {
        _options.Headers["Authorization"] = "Bearer token-secret";
        _options.SigningKey = "0123456789abcdef";
        Assert.True(_sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm, "m", MonitoringState.Healthy, "<a>", "b")).IsCompletedSuccessfully);
        await Advance(9);
        Assert.Empty(_http.Requests);
        await Advance(1);
        await Eventually.CompletesAsync(Ended());
        (string body, Dictionary<string, string> headers) = Assert.Single(_http.Requests);
        Assert.Equal("Bearer token-secret", headers["Authorization"]);
        Assert.Equal("Inference.Monitoring", _http.Name);
        Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_options.SigningKey), Encoding.UTF8.GetBytes(body)))}", headers["X-Inference-Signature"]);
        using JsonDocument json = JsonDocument.Parse(body);
        Assert.Equal((1, 0), (json.RootElement.GetProperty("version").GetInt32(), json.RootElement.GetProperty("dropped").GetInt32()));
        JsonElement alert = Assert.Single(json.RootElement.GetProperty("alerts").EnumerateArray().ToArray());
        Assert.Equal(("m", "3", "alarm", "healthy"), (Text(alert, "model"), Text(alert, "model_version"), Text(alert, "state"), Text(alert, "previous")));
        Assert.Equal(["<a>", "b"], alert.GetProperty("columns").EnumerateArray().Select(c => Text(c, "name")));
        JsonElement column = alert.GetProperty("columns")[0];
        Assert.Equal(("shift", 0.2, JsonValueKind.Null), (Text(column, "rule"), column.GetProperty("js").GetDouble(), column.GetProperty("psi").ValueKind));
        Assert.Empty(_log.All);
    }

    [Fact]
    public async Task StopAsync_WithinTheGroupWindow_PostsAtOnce()
    {
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        await Eventually.TrueAsync(() => _clock.RunningTimers == 1);
        await Eventually.CompletesAsync(_sink.StopAsync(TimeSpan.FromSeconds(3)));
        Assert.Single(_http.Requests);
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        Assert.Single(_http.Requests);
        await Eventually.TrueAsync(() => _clock.RunningTimers == 0);
    }

    [Fact]
    public async Task StopAsync_ServerIsDown_IsBounded()
    {
        _http.AnswerStatus(HttpStatusCode.ServiceUnavailable);
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        Task stopping = _sink.StopAsync(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _http.Requests.Count == 1 && _clock.RunningTimers == 2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.CompletesAsync(stopping);
        await Eventually.TrueAsync(() => _clock.RunningTimers == 0);
        Assert.Single(_http.Requests);
    }

    [Fact]
    public async Task SendAsync_WithinTheGroupWindow_IsOneRequestWithTheLastOfEachModel()
    {
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Warning, "m", MonitoringState.Healthy));
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Warning, "n", MonitoringState.Learning));
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm, "m", MonitoringState.Warning));
        await Advance(10);
        await Eventually.CompletesAsync(Ended());
        using JsonDocument json = JsonDocument.Parse(Assert.Single(_http.Requests).Body);
        Assert.Equal(["m alarm healthy", "n warning learning"], json.RootElement.GetProperty("alerts").EnumerateArray().Select(a => $"{Text(a, "model")} {Text(a, "state")} {Text(a, "previous")}"));
    }

    [Fact]
    public async Task SendAsync_ServerIsDown_IsTriedAgainWithDoublingPauses()
    {
        _http.AnswerStatus(HttpStatusCode.ServiceUnavailable, HttpStatusCode.RequestTimeout, HttpStatusCode.TooManyRequests, HttpStatusCode.OK);
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        await Advance(10);
        for (int pause = 2, requests = 1; pause <= 8; pause *= 2, requests++)
        {
            await PausesAsync(requests);
            await Advance(pause - 0.001);
            Assert.Equal(requests, _http.Requests.Count);
            await Advance(0.001);
        }

        await Eventually.TrueAsync(() => _http.Requests.Count == 4);
        await Eventually.CompletesAsync(Ended());
        Assert.Equal(3, _log.All.Length);
        Assert.DoesNotContain("secret", string.Join('\n', _log.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_AllAttemptsFail_IsGivenUpAndTheNextAlertIsSent()
    {
        using var readings = new MeterReadings("giving-up");
        _options.MaxAttempts = 2;
        _http.Answer = static (i, _) => i <= 2 ? throw new HttpRequestException(HttpRequestError.ConnectionError, "https://hooks.example/services/T0/path-secret token-secret") : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm, "giving-up"));
        await Advance(10);
        await PausesAsync(1);
        await Advance(2);
        await Eventually.TrueAsync(() => readings.Sum("inference.monitoring.deliveries", "failed") == 1);
        await Eventually.CompletesAsync(Ended());
        Assert.Contains("alerts|Error|1 alerts were not delivered to the webhook at hooks.example in 2 attempts: ConnectionError.", _log.All);
        Assert.DoesNotContain("secret", string.Join('\n', _log.All), StringComparison.Ordinal);
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Healthy, "giving-up"));
        await Advance(10);
        await Eventually.TrueAsync(() => readings.Sum("inference.monitoring.deliveries", "sent") == 1);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Redirect)]
    [InlineData(HttpStatusCode.Gone)]
    public async Task SendAsync_Refused_IsNotTriedAgain(HttpStatusCode code)
    {
        _http.AnswerStatus(code);
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        await Advance(10);
        await Eventually.TrueAsync(() => _log.All.Length == 1);
        Assert.Single(_http.Requests);
        Assert.Contains($"in 1 attempts: status {(int)code}.", _log.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ServerHangs_IsTriedAgainAfterTheTimeout()
    {
        _http.Answer = static (i, _) => i == 1 ? new TaskCompletionSource<HttpResponseMessage>().Task : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        await Advance(10);
        await Eventually.TrueAsync(() => _http.Requests.Count == 1);
        await Advance(10);
        await PausesAsync(1);
        await Advance(2);
        await Eventually.TrueAsync(() => _http.Requests.Count == 2);
        Assert.Contains("no answer within 00:00:10", _log.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_QueueIsFull_DropsTheOldestAndSaysHowMany()
    {
        _options.QueueCapacity = 2;
        for (int i = 0; i < 5; i++)
        {
            await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm, $"m{i}"));
        }

        await Advance(10);
        await Eventually.TrueAsync(() => _http.Requests.Count == 1);
        using JsonDocument json = JsonDocument.Parse(_http.Requests[0].Body);
        Assert.Equal(3, json.RootElement.GetProperty("dropped").GetInt32());
        Assert.Equal(["m3", "m4"], json.RootElement.GetProperty("alerts").EnumerateArray().Select(a => Text(a, "model")));
    }

    [Fact]
    public async Task SendAsync_ThousandsOfColumns_ListsTheWorstFew()
    {
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm, "m", MonitoringState.Healthy, [.. Enumerable.Range(0, 5_000).Select(i => $"c{i}")]));
        await Advance(10);
        await Eventually.TrueAsync(() => _http.Requests.Count == 1);
        using JsonDocument json = JsonDocument.Parse(_http.Requests[0].Body);
        JsonElement alert = json.RootElement.GetProperty("alerts")[0];
        Assert.Equal((5_000, WebhookBody.MaxColumns), (alert.GetProperty("changed_columns").GetInt32(), alert.GetProperty("columns").GetArrayLength()));
    }

    [Fact]
    public async Task SendAsync_NoUrlOrDisposed_TakesNothing()
    {
        _options.Url = null;
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        Assert.True(_sink.Completion.IsCompleted);
        _options.Url = new Uri("https://hooks.example/");
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));
        _sink.Dispose();
        await Eventually.CompletesAsync(_sink.Completion);
        await _sink.SendAsync(Snapshots.Alert(MonitoringState.Alarm));

        // The one before is posted.
        Assert.Single(_http.Requests);
    }

    [Theory]
    [InlineData(1, null, 0.0, 1)]
    [InlineData(1, null, 1.0, 2)]
    [InlineData(4, null, 1.0, 16)]
    [InlineData(20, null, 1.0, 60)]
    [InlineData(1, 30, 0.0, 30)]
    [InlineData(1, 3_600, 0.0, 60)]
    [InlineData(1, -5, 0.0, 1)]
    public void Pause_Doubles_WithinItsBounds(int attempt, int? asked, double random, double seconds) =>
        Assert.Equal(seconds, WebhookAlertSink.Pause(_options, attempt, asked is { } s ? TimeSpan.FromSeconds(s) : null, random).TotalSeconds, 6);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task Advance(double seconds)
    {
        await Eventually.TrueAsync(() => _clock.RunningTimers > 0);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
    }

    // So many attempts have ended, and their limits with them: what runs is the pause before the next one.
    private Task PausesAsync(int attempts) => Eventually.TrueAsync(() => _log.All.Length == attempts && _clock.RunningTimers == 1);

    // After the last request the pump looks whether there is more, once.
    private async Task Ended()
    {
        while (!_sink.Completion.IsCompleted)
        {
            _clock.Advance(_options.GroupWindow);
            await Task.Delay(1);
        }
    }
}
