using Inference.Batching.Queue;

namespace Inference.Batching.Batches;

/// <summary>The context of a batch from those of its calls, and what each learns of the run.</summary>
internal static class JointContext
{
    private const int CachedSteps = 128;
    private static readonly string?[] s_steps = new string?[CachedSteps];

    /// <summary>The latest deadline where all have one, the highest priority, and the tenant and routing key where all share them; null where no call has a context.</summary>
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

    /// <summary>Tells a call's own record what the batch's record says.</summary>
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
