namespace Inference;

/// <summary>What a caller says about one call, and what it learns of it. One object a call; not shared between calls in flight.</summary>
public sealed class RunContext
{
    private RunRecord? _record;

    /// <summary>When the answer is of no use any more; null for never. Expired work is not started.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How urgent the call is; normal by default.</summary>
    public RunPriority Priority { get; init; }

    /// <summary>What canary and A/B routing stick to, such as a user id; null: each call is routed on its own.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Whose call it is; caches keep tenants apart. Null is a tenant of its own.</summary>
    public string? Tenant { get; init; }

    /// <summary>Whether caches are neither read nor written.</summary>
    public bool BypassCache { get; init; }

    /// <summary>What happened on the way; filled as the call proceeds, complete when it completes.</summary>
    public RunRecord Record => _record ?? Interlocked.CompareExchange(ref _record, new RunRecord(), null) ?? _record!;
}
