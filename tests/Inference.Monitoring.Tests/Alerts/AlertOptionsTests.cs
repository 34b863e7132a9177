using Inference.Monitoring.Alerts;
using Inference.Monitoring.Stage;
using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Tests.Alerts;

public sealed class AlertOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(Validate(static _ => { }).Succeeded);

    [Theory]
    [InlineData("ftp://host/", "Webhook.Url")]
    [InlineData("/relative", "Webhook.Url")]
    [InlineData("https://user:password@host/", "Webhook.Url")]
    public void Validate_Url_IsAbsoluteHttpWithoutUser(string url, string where)
    {
        ValidateOptionsResult result = Validate(o => o.Webhook.Url = new Uri(url, UriKind.RelativeOrAbsolute));
        Assert.Contains(where, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("password", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Key", "line\nfeed")]
    [InlineData("bad name", "value-secret")]
    [InlineData("Content-Type", "text/plain")]
    public void Validate_Headers_AreOneLineOfTheRequest(string name, string value)
    {
        ValidateOptionsResult result = Validate(o => o.Webhook.Headers[name] = value);
        Assert.Contains("Webhook.Headers", result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("value-secret", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OutOfRange_NamesTheOption()
    {
        Assert.Contains("MinimumState", Validate(static o => o.MinimumState = MonitoringState.Healthy).FailureMessage, StringComparison.Ordinal);
        Assert.Contains("RepeatAfter", Validate(static o => o.RepeatAfter = TimeSpan.FromDays(31)).FailureMessage, StringComparison.Ordinal);
        Assert.Contains("MaxAttempts", Validate(static o => o.Webhook.MaxAttempts = 0).FailureMessage, StringComparison.Ordinal);
        Assert.Contains("SigningKey", Validate(static o => o.Webhook.SigningKey = "short").FailureMessage, StringComparison.Ordinal);
        Assert.Contains("silence all alerts", Validate(static o => o.Silences.Add(new SilenceWindow())).FailureMessage, StringComparison.Ordinal);
        Assert.Contains("DailyUntil", Validate(static o => o.Silences.Add(new SilenceWindow { DailyFrom = TimeSpan.Zero })).FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_AllKeys_AreRead()
    {
        MonitoringOptions options = Read(new()
        {
            ["s:Use"] = "Monitoring",
            ["s:Alerts:MinimumState"] = "Alarm",
            ["s:Alerts:RepeatAfter"] = "02:00:00",
            ["s:Alerts:RemindAfter"] = "12:00:00",
            ["s:Alerts:Silences:0:DailyFrom"] = "22:00",
            ["s:Alerts:Silences:0:DailyUntil"] = "06:00",
            ["s:Alerts:Silences:0:Days:0"] = "Sunday",
            ["s:Alerts:Silences:1:Until"] = "2026-03-02T00:00:00Z",
            ["s:Alerts:Webhook:Url"] = "https://hooks.example/x",
            ["s:Alerts:Webhook:Headers:Authorization"] = "Bearer x",
            ["s:Alerts:Webhook:MaxAttempts"] = "3",
        });
        AlertOptions alerts = options.Alerts;
        Assert.Equal((MonitoringState.Alarm, TimeSpan.FromHours(2), TimeSpan.FromHours(12)), (alerts.MinimumState, alerts.RepeatAfter, alerts.RemindAfter));
        Assert.Equal(2, alerts.Silences.Count);
        Assert.Equal((TimeSpan.FromHours(22), DayOfWeek.Sunday), (alerts.Silences[0].DailyFrom, alerts.Silences[0].Days[0]));
        Assert.Equal(("hooks.example", "Bearer x", 3), (alerts.Webhook.Url!.Host, alerts.Webhook.Headers["Authorization"], alerts.Webhook.MaxAttempts));
    }

    [Fact]
    public void Configuration_MisspeltKey_IsRefused() =>
        Assert.Contains("Did you mean 'Url'", Assert.Throws<ModelConfigurationException>(() => Read(new() { ["s:Use"] = "Monitoring", ["s:Alerts:Webhook:Urll"] = "x" })).Message, StringComparison.Ordinal);

    [Fact]
    public void AddAlertSink_SameTypeTwice_IsOneSink()
    {
        using ServiceProvider provider = new ServiceCollection().AddAlertSink<NoSink>().AddAlertSink<NoSink>().AddAlertSink(static _ => new NoSink())
            .AddWebhookAlerts(static o => o.Url = new Uri("https://hooks.example/")).AddWebhookAlerts(static o => o.MaxAttempts = 2).BuildServiceProvider();
        Assert.Equal(["NoSink", "NoSink", "WebhookAlertSink"], provider.GetServices<IAlertSink>().Select(static s => s.GetType().Name));
        WebhookOptions options = provider.GetRequiredService<IOptions<WebhookOptions>>().Value;
        Assert.Equal(("hooks.example", 2), (options.Url!.Host, options.MaxAttempts));
    }

    [Fact]
    public void AddWebhookAlerts_InvalidOptions_AreRefused()
    {
        using ServiceProvider provider = new ServiceCollection().AddWebhookAlerts(static o => o.MaxAttempts = 0).BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => provider.GetServices<IAlertSink>().ToArray());
    }

    [Fact]
    public async Task UseMonitoring_UnusableProfile_IsToldToRegisteredSinksAndAnswers()
    {
        var told = new TaskCompletionSource<MonitoringAlert>();
        TestServices services = new TestServices().Add<IEnumerable<IAlertSink>>([new NoSink { Told = told }]);
        using var f = new Counted(null, static o => o.ProfilePath = "/does/not/exist", services: services);
        f.Run([1, 2, 3, 4]);
        MonitoringAlert alert = await Eventually.CompletesAsync(told.Task);
        Assert.Equal(MonitoringState.Unavailable, alert.Snapshot.State);
        Assert.Contains("/does/not/exist", alert.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseMonitoring_ChangedRows_AreToldToRegisteredSinks()
    {
        var told = new TaskCompletionSource<MonitoringAlert>();
        TestServices services = new TestServices().Add<IEnumerable<IAlertSink>>([new NoSink { Told = told }]);
        using var f = new Counted(Rows.Profile(), static o => (o.MinimumRows, o.Alerts.MinimumState) = (100, MonitoringState.Alarm), services: services);
        var random = new Random(5);
        for (int bucket = 0; bucket < 10; bucket++)
        {
            float[] rows = Rows.Normal(random, 500, FakeModel.InputWidth);
            for (int i = 1; i < rows.Length; i += FakeModel.InputWidth)
            {
                rows[i] += bucket < 3 ? 0 : 2;
            }

            f.Run(rows);
            f.Flush();
        }

        MonitoringAlert alert = await Eventually.CompletesAsync(told.Task);
        Assert.Equal(MonitoringState.Alarm, alert.Snapshot.State);
        Assert.Contains("'x[1]'", alert.Title, StringComparison.Ordinal);
    }

    private static ValidateOptionsResult Validate(Action<AlertOptions> change)
    {
        var options = new MonitoringOptions();
        change(options.Alerts);
        return new MonitoringOptionsValidator().Validate("m", options);
    }

    private static MonitoringOptions Read(Dictionary<string, string?> settings)
    {
        IConfigurationSection section = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("s");
        var services = new ServiceCollection();
        new MonitoringStageBinding().Add(new FakeRunner().AsBuilder(), services, section);
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<MonitoringOptions>>().Get(FakeModel.Info().Name);
    }

    private sealed class NoSink : IAlertSink
    {
        public TaskCompletionSource<MonitoringAlert>? Told { get; init; }

        public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
        {
            Told?.TrySetResult(alert);
            return default;
        }
    }
}
