using System.Globalization;
using Inference.Status;

namespace Inference.Monitoring.Retraining;

/// <summary>Decides when a new model is asked for: drift proposes, performance confirms; then labels and the cool-down are waited for. Pure: a memory and what is known now give the next memory.</summary>
internal static class RetrainingPlan
{
    /// <summary>Looks for reasons.</summary>
    /// <param name="memory">What is remembered.</param>
    /// <param name="signals">What is known now.</param>
    /// <param name="options">The options.</param>
    /// <param name="schedule">The schedule; null for none.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to remember; whether to begin now; the state and what is waited for.</returns>
    public static (RetrainingMemory Memory, bool Begin, RetrainingState State, string Description) Check(RetrainingMemory memory, RetrainingSignals signals, RetrainingOptions options, CronSchedule? schedule, DateTimeOffset now)
    {
        memory = Forgive(memory, now);
        memory = Scheduled(memory, schedule, now);
        PerformanceReading? worse = Worst(signals, options, r => options.Confirmation == RetrainingConfirmation.Either || r.IsRealized == (options.Confirmation == RetrainingConfirmation.Realized));
        PerformanceReading? realized = Worst(signals, options, static r => r.IsRealized);
        memory = Drift(memory, signals, options, worse, now);
        memory = Performance(memory, options, realized, now);
        if (memory.Reasons.Count == 0)
        {
            return memory.ProposedAt is { } since
                ? (memory, false, RetrainingState.Proposed, string.Create(CultureInfo.InvariantCulture, $"Drift since {since:u} ({memory.Proposal}); performance has not confirmed it."))
                : (memory, false, RetrainingState.Idle, "");
        }

        if (memory.LastStarted + options.CoolDown is { } cool && now < cool)
        {
            return (memory, false, RetrainingState.Waiting, string.Create(CultureInfo.InvariantCulture, $"The cool-down passes at {cool:u}."));
        }

        return memory.Labels < options.MinimumLabels
            ? (memory, false, RetrainingState.Waiting, string.Create(CultureInfo.InvariantCulture, $"{memory.Labels:N0} of {options.MinimumLabels:N0} labels since the last bundle."))
            : (memory, true, RetrainingState.Running, "");
    }

    /// <summary>Adds a reason; one of a kind that waits already is not another.</summary>
    public static RetrainingMemory With(RetrainingMemory memory, RetrainingReason reason) =>
        memory.Reasons.Any(r => r.Kind == reason.Kind) ? memory : memory with { Reasons = [.. memory.Reasons, reason] };

    /// <summary>Begins: the reasons are being served.</summary>
    public static RetrainingMemory Begin(RetrainingMemory memory, DateTimeOffset now) => memory with
    {
        Running = memory.Reasons,
        Reasons = [],
        Served = [.. memory.Served.Union(memory.Reasons.Select(static r => r.Kind).Where(static k => k is RetrainingReason.Drift or RetrainingReason.Performance))],
        RunningLabels = memory.Labels,
        ProposedAt = null,
        DriftSeenAt = null,
        LastStarted = now,
    };

    /// <summary>Ends: what failed is a reason again, after the cool-down.</summary>
    public static RetrainingMemory End(RetrainingMemory memory, string? error, DateTimeOffset now)
    {
        RetrainingMemory next = memory with { Running = [], RunningLabels = 0, LastError = error };
        return error is null
            ? next with { LastSucceeded = now, Labels = memory.Labels - memory.RunningLabels }
            : memory.Running.Aggregate(next, With);
    }

    // A clock that went back would hold the cool-down, or the schedule, for as long as it went back.
    private static RetrainingMemory Forgive(RetrainingMemory memory, DateTimeOffset now) => memory with
    {
        LastStarted = memory.LastStarted > now ? now : memory.LastStarted,
        ScheduledAt = memory.ScheduledAt > now ? now : memory.ScheduledAt,
        ProposedAt = memory.ProposedAt > now ? now : memory.ProposedAt,
        DriftSeenAt = memory.DriftSeenAt > now ? now : memory.DriftSeenAt,
    };

    private static RetrainingMemory Scheduled(RetrainingMemory memory, CronSchedule? schedule, DateTimeOffset now)
    {
        if (schedule is null || memory.ScheduledAt is not { } last)
        {
            return memory with { ScheduledAt = now };
        }

        return schedule.After(last) is { } due && due <= now
            ? With(memory with { ScheduledAt = now }, new RetrainingReason(RetrainingReason.Schedule, due, string.Create(CultureInfo.InvariantCulture, $"scheduled for {due:u}")))
            : memory;
    }

    private static RetrainingMemory Drift(RetrainingMemory memory, RetrainingSignals signals, RetrainingOptions options, PerformanceReading? worse, DateTimeOffset now)
    {
        bool drifts = options.OnDrift && signals.Drift == MonitoringState.Alarm;
        if (!drifts && signals.Drift is MonitoringState.Healthy)
        {
            // It has gone: should it come back, that is another reason.
            memory = memory with { Served = [.. memory.Served.Where(static k => k != RetrainingReason.Drift)] };
        }

        if (drifts && !memory.Served.Contains(RetrainingReason.Drift))
        {
            memory = memory with { ProposedAt = memory.ProposedAt ?? now, DriftSeenAt = now, Proposal = signals.Description };
        }

        if (memory.ProposedAt is not { } since)
        {
            return memory;
        }

        if (options.Confirmation == RetrainingConfirmation.None || worse is not null)
        {
            string text = worse is null ? memory.Proposal : $"{memory.Proposal} Confirmed: {worse}.";
            return With(memory with { ProposedAt = null, DriftSeenAt = null }, new RetrainingReason(RetrainingReason.Drift, since, text.Trim()));
        }

        return memory.DriftSeenAt + options.ConfirmWithin < now ? memory with { ProposedAt = null, DriftSeenAt = null } : memory;
    }

    private static RetrainingMemory Performance(RetrainingMemory memory, RetrainingOptions options, PerformanceReading? realized, DateTimeOffset now)
    {
        if (realized is null)
        {
            return memory with { Served = [.. memory.Served.Where(static k => k != RetrainingReason.Performance)] };
        }

        // Drift that it confirmed is the same reason.
        return !options.OnPerformance || memory.Served.Count > 0 || memory.Reasons.Any(static r => r.Kind == RetrainingReason.Drift)
            ? memory
            : With(memory, new RetrainingReason(RetrainingReason.Performance, now, $"{realized}."));
    }

    private static PerformanceReading? Worst(RetrainingSignals signals, RetrainingOptions options, Func<PerformanceReading, bool> which) => signals.Performance
        .Where(r => (options.Metric is null || r.Metric == options.Metric) && which(r) && r.Drop > options.MaxDrop)
        .MaxBy(static r => r.Drop);
}
