using Inference.Batching.Queue;

namespace Inference.Batching.Batches;

/// <summary>Builds the context of a batch from the contexts of its calls, and reports the run back to each call.</summary>
internal static class JointContext
{
    // Batches are rarely larger; the name of a larger one is made when it is asked for.
    private const int CachedSteps = 128;

    private static readonly string?[] s_steps = new string?[CachedSteps];

    /// <summary>The latest deadline if all calls have one, the highest priority, and the tenant and routing key if all calls agree on them; null if no call has a context.</summary>
    public static RunContext? Of(ReadOnlySpan<PendingCall> calls)
    {
        RunContext? first = null;
        foreach (PendingCall call in calls)
        {
            first ??= call.Context;
        }

        if (first is null)
        {
            return null;
        }

        DateTimeOffset? deadline = DateTimeOffset.MinValue;
        RunPriority priority = RunPriority.Low;
        bool sameTenant = true;
        bool sameKey = true;
        bool bypass = false;
        foreach (PendingCall call in calls)
        {
            RunContext? context = call.Context;
            deadline = deadline is { } latest && context?.Deadline is { } own ? (own > latest ? own : latest) : null;
            priority = (RunPriority)Math.Max((int)priority, (int)(context?.Priority ?? RunPriority.Normal));
            sameTenant &= context is not null && string.Equals(context.Tenant, first.Tenant, StringComparison.Ordinal);
            sameKey &= context is not null && string.Equals(context.RoutingKey, first.RoutingKey, StringComparison.Ordinal);
            bypass |= context is { BypassCache: true };
        }

        return new RunContext
        {
            Deadline = deadline,
            Priority = priority,
            Tenant = sameTenant ? first.Tenant : null,
            RoutingKey = sameKey ? first.RoutingKey : null,
            BypassCache = bypass,
        };
    }

    /// <summary>Copies the steps of the batch's record to a call's own record.</summary>
    public static void Report(RunContext joint, RunContext own, int rows)
    {
        RunRecord from = joint.Record;
        RunRecord to = own.Record;
        to.VersionServed = from.VersionServed ?? to.VersionServed;
        to.Placement = from.Placement ?? to.Placement;
        to.AddStep(Step(rows));
        foreach (string step in from.Path)
        {
            to.AddStep(step);
        }

        foreach (KeyValuePair<string, TimeSpan> timing in from.Timings)
        {
            to.AddTiming(timing.Key, timing.Value);
        }
    }

    private static string Step(int rows) => rows < CachedSteps ? s_steps[rows] ??= $"batch:{rows}" : $"batch:{rows}";
}
