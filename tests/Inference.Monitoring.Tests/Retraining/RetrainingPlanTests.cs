using Inference.Monitoring.Retraining;
using Inference.Status;

namespace Inference.Monitoring.Tests.Retraining;

public class RetrainingPlanTests
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly RetrainingOptions _options = new() { Directory = "x", MinimumLabels = 100, CoolDown = TimeSpan.FromDays(1) };
    private RetrainingMemory _memory = new() { Labels = 1_000 };
    private DateTimeOffset _now = s_start;

    [Fact]
    public void Check_DriftAlone_IsAProposal()
    {
        Assert.Equal((false, RetrainingState.Proposed), Check(MonitoringState.Alarm));
        Assert.Empty(_memory.Reasons);
        Assert.Equal(s_start, _memory.ProposedAt);
    }

    [Theory]
    [InlineData(RetrainingConfirmation.Either, true, true)]
    [InlineData(RetrainingConfirmation.Either, false, true)]
    [InlineData(RetrainingConfirmation.Estimated, false, true)]
    [InlineData(RetrainingConfirmation.Realized, true, true)]
    [InlineData(RetrainingConfirmation.Realized, false, false)]
    public void Check_DriftAndPerformance_BeginsIfItConfirms(RetrainingConfirmation confirmation, bool isRealized, bool begins)
    {
        _options.Confirmation = confirmation;
        _options.OnPerformance = false;
        Check(MonitoringState.Alarm);
        _now += TimeSpan.FromHours(1);
        Assert.Equal(begins, Check(MonitoringState.Alarm, Reading(0.80, isRealized)).Begin);
        if (begins)
        {
            RetrainingReason reason = Assert.Single(_memory.Reasons);
            Assert.Equal((RetrainingReason.Drift, s_start), (reason.Kind, reason.At));
            Assert.Contains("Confirmed: accuracy", reason.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_EstimatedConfirmation_IsNotFulfilledByLabels()
    {
        _options.Confirmation = RetrainingConfirmation.Estimated;
        _options.OnPerformance = false;
        Assert.False(Check(MonitoringState.Alarm, Reading(0.80, isRealized: true)).Begin);
    }

    [Fact]
    public void Check_NoConfirmationNeeded_DriftBegins()
    {
        _options.Confirmation = RetrainingConfirmation.None;
        Assert.True(Check(MonitoringState.Alarm).Begin);
    }

    [Fact]
    public void Check_DropWithinItsInterval_ConfirmsNothing()
    {
        Check(MonitoringState.Alarm);
        Assert.False(Check(MonitoringState.Alarm, new PerformanceReading("accuracy", true, 0.9, 0.85, 0.80, 0.89, IsRealized: true)).Begin);
        Assert.True(Check(MonitoringState.Alarm, new PerformanceReading("accuracy", true, 0.9, 0.85, 0.83, 0.87, IsRealized: true)).Begin);
    }

    [Fact]
    public void Check_LowerIsBetter_DropIsUpwards()
    {
        _options.Confirmation = RetrainingConfirmation.Realized;
        Check(MonitoringState.Alarm);
        Assert.False(Check(MonitoringState.Alarm, new PerformanceReading("brier", false, 0.1, 0.05, 0.04, 0.06, true)).Begin);
        Assert.True(Check(MonitoringState.Alarm, new PerformanceReading("brier", false, 0.1, 0.2, 0.15, 0.25, true)).Begin);
    }

    [Fact]
    public void Check_RealizedDropWithoutDrift_IsAReasonOfItsOwn()
    {
        Assert.True(Check(MonitoringState.Healthy, Reading(0.8, true)).Begin);
        Assert.Equal(RetrainingReason.Performance, Assert.Single(_memory.Reasons).Kind);
        _options.OnPerformance = false;
        _memory = new RetrainingMemory { Labels = 1_000 };
        Assert.False(Check(MonitoringState.Healthy, Reading(0.8, true)).Begin);
    }

    [Fact]
    public void Check_FewLabels_WaitsForThem()
    {
        _memory = _memory with { Labels = 99 };
        Assert.Equal((false, RetrainingState.Waiting), Check(MonitoringState.Alarm, Reading(0.8, true)));
        _memory = _memory with { Labels = 100 };
        Assert.True(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
    }

    [Fact]
    public void Check_CoolDown_IsWaitedForAndReasonsAreOne()
    {
        _memory = _memory with { LastStarted = s_start - TimeSpan.FromHours(2) };
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal((false, RetrainingState.Waiting), Check(MonitoringState.Alarm, Reading(0.8, true)));
            _memory = RetrainingPlan.With(_memory, new RetrainingReason(RetrainingReason.Request, _now, "a"));
            _now += TimeSpan.FromHours(1);
        }

        _now = s_start + TimeSpan.FromHours(22);
        Assert.True(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
        Assert.Equal([RetrainingReason.Drift, RetrainingReason.Request], _memory.Reasons.Select(static r => r.Kind));
    }

    [Fact]
    public void Check_SameDriftAfterItWasServed_IsNoReasonAgainUntilItHasGone()
    {
        Serve(MonitoringState.Alarm);
        _now += TimeSpan.FromDays(3);
        Assert.False(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
        Assert.Equal(RetrainingState.Idle, Check(MonitoringState.Alarm, Reading(0.8, true)).State);
        Check(MonitoringState.Healthy);
        _memory = _memory with { Labels = 1_000 };
        Assert.True(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
    }

    [Fact]
    public void Check_ProposalThatNobodyConfirms_Lapses()
    {
        Check(MonitoringState.Alarm);
        _now += TimeSpan.FromDays(6);
        Assert.Equal(RetrainingState.Proposed, Check(MonitoringState.Healthy).State);
        _now += TimeSpan.FromDays(2);
        Assert.Equal(RetrainingState.Idle, Check(MonitoringState.Healthy).State);
        _options.OnPerformance = false;
        Assert.False(Check(MonitoringState.Healthy, Reading(0.8, true)).Begin);
    }

    [Fact]
    public void Check_Schedule_FiresOnceForAllTimesMissed()
    {
        _options.Schedule = "0 3 * * *";
        Assert.False(Check(MonitoringState.Healthy).Begin);
        _now += TimeSpan.FromHours(14);
        Assert.False(Check(MonitoringState.Healthy).Begin);
        _now += TimeSpan.FromHours(1);
        Assert.True(Check(MonitoringState.Healthy).Begin);
        Serve(MonitoringState.Healthy);
        _now += TimeSpan.FromDays(10);
        _memory = _memory with { Labels = 1_000 };
        Assert.True(Check(MonitoringState.Healthy).Begin);
        Assert.Single(_memory.Reasons);
        Serve(MonitoringState.Healthy);
        Assert.False(Check(MonitoringState.Healthy).Begin);
    }

    [Fact]
    public void Check_ClockGoesBack_DoesNotHoldTheCoolDownForLonger()
    {
        _memory = _memory with { LastStarted = s_start + TimeSpan.FromDays(400), ScheduledAt = s_start + TimeSpan.FromDays(400) };
        Assert.False(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
        _now += TimeSpan.FromDays(1);
        Assert.True(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
    }

    [Fact]
    public void End_Failed_ReasonsAndLabelsRemain()
    {
        Check(MonitoringState.Alarm, Reading(0.8, true));
        _memory = RetrainingPlan.End(RetrainingPlan.Begin(_memory, _now), "no", _now);
        Assert.Single(_memory.Reasons);
        Assert.Equal((1_000, "no"), (_memory.Labels, _memory.LastError));
        Assert.Equal((false, RetrainingState.Waiting), Check(MonitoringState.Alarm, Reading(0.8, true)));
        _now += TimeSpan.FromDays(1);
        Assert.True(Check(MonitoringState.Alarm, Reading(0.8, true)).Begin);
    }

    [Fact]
    public void End_Succeeded_LabelsThatCameMeanwhileRemain()
    {
        Check(MonitoringState.Alarm, Reading(0.8, true));
        RetrainingMemory running = RetrainingPlan.Begin(_memory, _now);
        _memory = RetrainingPlan.End(running with { Labels = running.Labels + 7 }, null, _now);
        Assert.Equal((7, 0), (_memory.Labels, _memory.Reasons.Count));
    }

    [Theory]
    [InlineData("0 3 * * MON", "UTC", true)]
    [InlineData("*/5 * * * *", "UTC", true)]
    [InlineData(null, "UTC", true)]
    [InlineData("", "UTC", true)]
    [InlineData("0 0 3 * * *", "UTC", false)]
    [InlineData("@daily", "UTC", false)]
    [InlineData("61 3 * * *", "UTC", false)]
    [InlineData("0 3 * * MON", "Mars/Base", false)]
    public void CronSchedule_Text_IsFiveFields(string? text, string zone, bool good)
    {
        Assert.Equal(good, CronSchedule.TryParse(text, zone, out _, out string? why));
        Assert.Equal(good, why is null);
    }

    private void Serve(MonitoringState drift)
    {
        Check(drift, Reading(0.8, true));
        _memory = RetrainingPlan.End(RetrainingPlan.Begin(_memory, _now), null, _now);
        _memory = _memory with { Served = drift == MonitoringState.Healthy ? [] : _memory.Served };
    }

    private (bool Begin, RetrainingState State) Check(MonitoringState drift, params PerformanceReading[] performance)
    {
        Assert.True(CronSchedule.TryParse(_options.Schedule, _options.TimeZone, out CronSchedule? schedule, out _));
        (_memory, bool begin, RetrainingState state, _) = RetrainingPlan.Check(_memory, new RetrainingSignals(drift, "price shifted.", performance), _options, schedule, _now);
        return (begin, state);
    }

    private static PerformanceReading Reading(double value, bool isRealized) => new("accuracy", true, 0.9, value, value - 0.01, value + 0.01, isRealized);
}
