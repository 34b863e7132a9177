using Inference.Monitoring.Alerts;

namespace Inference.Monitoring.Tests.Alerts;

public sealed class AlertPolicyTests
{
    private readonly AlertPolicy _policy = new();
    private readonly AlertOptions _options = new();
    private DateTimeOffset _now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Next_LearningAndHealthy_TellsNothing()
    {
        Assert.Null(Next(MonitoringState.Learning));
        Assert.Null(Next(MonitoringState.Healthy));
        Assert.Null(Next(MonitoringState.Learning));
    }

    [Fact]
    public void Next_AlarmAndRecovery_TellsEachOnceWithThePreviousState()
    {
        Next(MonitoringState.Healthy);
        MonitoringAlert alarm = Next(MonitoringState.Alarm, "a", "b")!;
        Assert.Equal((MonitoringState.Healthy, _now), (alarm.Previous, alarm.At));
        Assert.Equal("Model 'm', version '3': alarm in 2 of 3 columns: 'a' (shift), 'b' (shift).", alarm.Title);
        Assert.Null(Next(MonitoringState.Alarm, "a", "b"));
        MonitoringAlert over = Next(MonitoringState.Healthy)!;
        Assert.Equal((MonitoringState.Alarm, MonitoringState.Healthy), (over.Previous, over.Snapshot.State));
        Assert.Null(Next(MonitoringState.Healthy));
    }

    [Fact]
    public void Next_AnotherColumnOrState_IsToldAndFewerColumnsAreNot()
    {
        Assert.NotNull(Next(MonitoringState.Warning, "a"));
        Assert.NotNull(Next(MonitoringState.Warning, "a", "b"));
        Assert.Null(Next(MonitoringState.Warning, "b"));
        Assert.NotNull(Next(MonitoringState.Alarm, "b"));
    }

    [Fact]
    public void Next_SameKeyWithinRepeatAfter_IsHeldBackUntilThen()
    {
        Assert.NotNull(Next(MonitoringState.Alarm, "a"));
        Assert.NotNull(Next(MonitoringState.Healthy));
        _now += TimeSpan.FromMinutes(10);
        Assert.Null(Next(MonitoringState.Alarm, "a"));
        _now += TimeSpan.FromMinutes(50);
        Assert.NotNull(Next(MonitoringState.Alarm, "a"));
    }

    [Fact]
    public void Next_LastingAlarm_IsRemindedOfUntilAcknowledged()
    {
        Next(MonitoringState.Alarm, "a");
        _now += TimeSpan.FromHours(23);
        Assert.Null(Next(MonitoringState.Alarm, "a"));
        _now += TimeSpan.FromHours(1);
        Assert.StartsWith("Still: model 'm'", Next(MonitoringState.Alarm, "a")!.Title, StringComparison.Ordinal);
        Assert.Null(Next(MonitoringState.Alarm, "a"));
        _policy.Acknowledge();
        _now += TimeSpan.FromDays(3);
        Assert.Null(Next(MonitoringState.Alarm, "a"));
        Assert.NotNull(Next(MonitoringState.Alarm, "a", "b"));
    }

    [Fact]
    public void Next_Silenced_TellsWhatHoldsAfterwards()
    {
        _options.Silences.Add(new SilenceWindow { Until = _now.AddHours(1) });
        Assert.Null(Next(MonitoringState.Alarm, "a"));
        Assert.Null(Next(MonitoringState.Healthy));
        Assert.Null(Next(MonitoringState.Alarm, "b"));
        _now += TimeSpan.FromHours(1);
        Assert.Contains("'b'", Next(MonitoringState.Alarm, "b")!.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_MinimumStateAlarm_LeavesOutWarnings()
    {
        _options.MinimumState = MonitoringState.Alarm;
        Assert.Null(Next(MonitoringState.Warning, "a"));
        Assert.Equal(MonitoringState.Warning, Next(MonitoringState.Alarm, "a")!.Previous);
        Assert.Equal(MonitoringState.Warning, Next(MonitoringState.Warning, "a")!.Snapshot.State);
        _options.Recovery = false;
        Next(MonitoringState.Alarm, "c");
        Assert.Null(Next(MonitoringState.Healthy));
    }

    [Fact]
    public void Next_Unavailable_IsAlwaysTold()
    {
        _options.MinimumState = MonitoringState.Alarm;
        MonitoringAlert alert = _policy.Next(Snapshots.Of(MonitoringState.Unavailable) with { Description = "No profile." }, _options, _now)!;
        Assert.Equal("Model 'm', version '3': unavailable: No profile.", alert.Title);
    }

    [Fact]
    public void Next_ClockGoesBack_TellsAgainAfterTheTimeFromThen()
    {
        Next(MonitoringState.Alarm, "a");
        Next(MonitoringState.Healthy);
        _now -= TimeSpan.FromDays(30);
        Assert.Null(Next(MonitoringState.Alarm, "a"));
        _now += TimeSpan.FromHours(1);
        Assert.NotNull(Next(MonitoringState.Alarm, "a"));
    }

    [Fact]
    public void Next_ThousandsOfKeys_ForgetsTheOldest()
    {
        for (int i = 0; i < 5_000; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            Assert.NotNull(Next(MonitoringState.Alarm, $"c{i}"));
        }
    }

    [Fact]
    public void Title_HostileNames_StaysOneLine()
    {
        string title = Next(MonitoringState.Alarm, "a\r\nERROR forged", new string('x', 1_000))!.Title;
        Assert.DoesNotContain(title, char.IsControl);
        Assert.True(title.Length < 300, title);
    }

    private MonitoringAlert? Next(MonitoringState state, params string[] columns) => _policy.Next(Snapshots.Of(state, "m", columns), _options, _now);
}
