using Inference.Monitoring.Alerts;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Alerts;

public sealed class AlertDispatcherTests : IDisposable
{
    private readonly TimerCountingTimeProvider _clock = new();
    private readonly AlertOptions _options = new();
    private readonly LogLines _log = new();
    private readonly ModelConditions _conditions = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Publish_Alarm_IsLoggedCountedDegradedAndSent()
    {
        using var readings = new MeterReadings("told");
        var sink = new ListSink();
        AlertDispatcher alerts = Dispatcher("told", sink);
        alerts.Publish(Snapshots.Of(MonitoringState.Healthy, "told"));
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "told", "a"));
        Assert.Equal(["alerts|Error|Model 'told', version '3': alarm in 1 of 2 columns: 'a' (shift). It was Healthy."], _log.All);
        Assert.Equal(1, readings.Sum("inference.monitoring.alerts", "alarm"));
        Assert.Contains("acknowledge the alarm", Assert.Single(_conditions.Current), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => sink.Alerts.Count == 1);
        alerts.Publish(Snapshots.Of(MonitoringState.Healthy, "told"));
        Assert.False(_conditions.Any);
        await Eventually.TrueAsync(() => sink.Alerts.Count == 2 && readings.Sum("inference.monitoring.deliveries", "sent") == 2);
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "told", "b"));
        Assert.True(_conditions.Any);
        alerts.Acknowledge();
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "told", "b"));
        Assert.False(_conditions.Any);
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "told", "b", "c"));
        Assert.True(_conditions.Any);
        alerts.Dispose();
        Assert.False(_conditions.Any);
    }

    [Fact]
    public void Publish_Columns_HaveGaugesFromTheirFirstWarningOn()
    {
        using var readings = new MeterReadings("gauged");
        using AlertDispatcher alerts = Dispatcher("gauged");
        alerts.Publish(Snapshots.Of(MonitoringState.Healthy, "gauged", "a"));
        Assert.Empty(readings.Of("inference.monitoring.column.evidence"));
        Assert.Equal([2], readings.Of("inference.monitoring.columns", "healthy"));
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "gauged", "a"));
        alerts.Publish(Snapshots.Of(MonitoringState.Healthy, "gauged", "a"));
        Assert.Equal([10, 10], readings.Of("inference.monitoring.column.evidence", "a"));
        Assert.Equal([0.2, 0.2], readings.Of("inference.monitoring.column.distance", "a"));
        Assert.Equal([12.5, 12.5, 12.5], readings.Of("inference.monitoring.evidence"));
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "gauged", [.. Enumerable.Range(0, 1_000).Select(static i => $"c{i}")]) with { LogEvidence = double.NegativeInfinity });
        Assert.Equal(2 + SnapshotInstruments.MaxColumns - 1, readings.Of("inference.monitoring.column.evidence").Length);
        Assert.Equal(3, readings.Of("inference.monitoring.evidence").Length);
    }

    [Fact]
    public void Publish_WithoutLogAndHealth_LeavesThemOut()
    {
        (_options.Log, _options.Health) = (false, false);
        using AlertDispatcher alerts = Dispatcher("quiet");
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "quiet", "a"));
        Assert.Empty(_log.All);
        Assert.False(_conditions.Any);
    }

    [Fact]
    public void Publish_HealthTurnedOffDuringAnAlarm_IsHealthyAgain()
    {
        using AlertDispatcher alerts = Dispatcher("off");
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "off", "a"));
        Assert.True(_conditions.Any);
        _options.Health = false;
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "off", "a"));
        Assert.False(_conditions.Any);
    }

    [Fact]
    public async Task Publish_SinkThrows_IsLoggedAndReachesTheOthers()
    {
        var good = new ListSink();
        using AlertDispatcher alerts = Dispatcher("throwing", new ListSink { Send = static _ => throw new InvalidOperationException("no") }, good);
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "throwing", "a"));
        await Eventually.TrueAsync(() => good.Alerts.Count == 1 && _log.All.Contains("alerts|Error|Model 'throwing': the alert sink ListSink failed."));
    }

    [Fact]
    public async Task Publish_SinkHangs_DelaysNobodyAndBoundsTheQueue()
    {
        using var readings = new MeterReadings("hanging");
        var hang = new TaskCompletionSource();
        var slow = new ListSink { Send = _ => new ValueTask(hang.Task) };
        var good = new ListSink();
        using AlertDispatcher alerts = Dispatcher("hanging", slow, good);
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "hanging", "c"));
        await Eventually.TrueAsync(() => slow.Alerts.Count == 1 && good.Alerts.Count == 1);
        await Eventually.TrueAsync(() => _clock.RunningTimers > 0);
        _clock.Advance(_options.SinkTimeout);
        await Eventually.TrueAsync(() => readings.Sum("inference.monitoring.deliveries", "timeout") == 1);
        for (int i = 0; i < SinkQueue.Capacity + 8; i++)
        {
            alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "hanging", $"c{i}"));
            await Eventually.TrueAsync(() => good.Alerts.Count == i + 2);
        }

        Assert.Single(slow.Alerts);
        Assert.Equal(8, readings.Sum("inference.monitoring.deliveries", "dropped"));
        hang.SetResult();
        await Eventually.TrueAsync(() => slow.Alerts.Count == SinkQueue.Capacity + 1);
    }

    [Fact]
    public async Task Dispose_HangingSink_IsCancelledAndNotWaitedFor()
    {
        var cancelled = new TaskCompletionSource();
        var slow = new ListSink { SendWith = async (_, token) =>
        {
            await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            await cancelled.Task;
        } };
        AlertDispatcher alerts = Dispatcher("disposed", slow);
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "disposed", "a"));
        await Eventually.TrueAsync(() => slow.Alerts.Count == 1);
        alerts.Dispose();
        await Eventually.TrueAsync(() => _clock.RunningTimers == 2);
        _clock.Advance(AlertDispatcher.StopLimit);
        await Eventually.CompletesAsync(cancelled.Task);
        await Eventually.TrueAsync(() => _clock.RunningTimers == 0);
    }

    [Fact]
    public async Task StopAsync_AlertsThatWait_AreSentFirst()
    {
        var gate = new TaskCompletionSource();
        var slow = new ListSink { Send = _ => new ValueTask(gate.Task) };
        AlertDispatcher alerts = Dispatcher("stopped", slow);
        for (int i = 0; i < 3; i++)
        {
            alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "stopped", $"c{i}"));
        }

        await Eventually.TrueAsync(() => slow.Alerts.Count == 1);
        Task stopping = alerts.StopAsync();
        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        await Eventually.CompletesAsync(stopping);
        Assert.Equal(3, slow.Alerts.Count);
        await Eventually.TrueAsync(() => _clock.RunningTimers == 0);
    }

    [Fact]
    public async Task StopAsync_SinkHangs_IsBounded()
    {
        var slow = new ListSink { Send = static _ => new ValueTask(new TaskCompletionSource().Task) };
        AlertDispatcher alerts = Dispatcher("bounded", slow);
        alerts.Publish(Snapshots.Of(MonitoringState.Alarm, "bounded", "a"));
        await Eventually.TrueAsync(() => slow.Alerts.Count == 1);
        Task stopping = alerts.StopAsync();
        await Eventually.TrueAsync(() => _clock.RunningTimers == 2);
        _clock.Advance(AlertDispatcher.StopLimit);
        await Eventually.CompletesAsync(stopping);
    }

    private AlertDispatcher Dispatcher(string model, params IAlertSink[] sinks) =>
        new(model, () => _options, new TestServices().Add<TimeProvider>(_clock).Add<IEnumerable<IAlertSink>>(sinks), _conditions, _log.CreateLogger("alerts"));

    private sealed class ListSink : IAlertSink
    {
        private readonly Lock _lock = new();
        private readonly List<MonitoringAlert> _alerts = [];

        public Func<MonitoringAlert, ValueTask>? Send { get; init; }

        public Func<MonitoringAlert, CancellationToken, ValueTask>? SendWith { get; init; }

        public List<MonitoringAlert> Alerts
        {
            get
            {
                lock (_lock)
                {
                    return [.. _alerts];
                }
            }
        }

        public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                _alerts.Add(alert);
            }

            return SendWith?.Invoke(alert, cancellationToken) ?? Send?.Invoke(alert) ?? default;
        }
    }
}
