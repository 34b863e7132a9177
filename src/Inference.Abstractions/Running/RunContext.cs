namespace Inference;

/// <summary>The settings of one call, and the record of what happened to it. Use one object per call; do not share it between calls in flight.</summary>
public sealed class RunContext
{
    private RunRecord? _record;

    /// <summary>The time after which the answer is no longer useful; null, the default, for none. Expired calls are not started.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The priority of the call; normal by default.</summary>
    public RunPriority Priority { get; init; }

    /// <summary>The key that keeps canary and A/B routing consistent, such as a user id. By default the id of the sequence that the call belongs to; null, without one, to route each call independently.</summary>
    public string? RoutingKey
    {
        get => field ?? Sequence?.Id;
        init;
    }

    /// <summary>The tenant of the call; caches isolate tenants from each other. Null, the default, is a separate tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Whom the call is about, such as a customer's id: what is kept of the call can be erased by it. Null, the default, for nobody.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether caches are bypassed, neither read nor written; false by default.</summary>
    public bool BypassCache { get; init; }

    /// <summary>The sequence whose state the call continues; null, the default, for a call of its own. Needs a pipeline with sequences (<see cref="ISequences"/>).</summary>
    public SequenceCall? Sequence { get; init; }

    /// <summary>What happened to the call; filled while the call proceeds, complete when the call completes.</summary>
    public RunRecord Record => _record ?? Interlocked.CompareExchange(ref _record, new RunRecord(), null) ?? _record!;

    /// <summary>The same call as one of a sequence, or as one of none, with the same record.</summary>
    internal RunContext With(SequenceCall? sequence) => new()
    {
        Deadline = Deadline,
        Priority = Priority,
        RoutingKey = RoutingKey,
        Tenant = Tenant,
        Subject = Subject,
        BypassCache = BypassCache,
        Sequence = sequence,
        _record = Record,
    };
}
