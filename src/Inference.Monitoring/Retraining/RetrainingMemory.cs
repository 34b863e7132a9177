namespace Inference.Monitoring.Retraining;

/// <summary>What is remembered from check to check and from process to process.</summary>
internal sealed record RetrainingMemory
{
    /// <summary>Whose it is; empty before it is written.</summary>
    public string ModelName { get; init; } = "";

    /// <summary>The mark of the command that runs, in the environment of all that it started; null for none.</summary>
    public string? Mark { get; init; }

    /// <summary>Since when there is drift that is not confirmed; null for none.</summary>
    public DateTimeOffset? ProposedAt { get; init; }

    /// <summary>When the drift was seen last.</summary>
    public DateTimeOffset? DriftSeenAt { get; init; }

    /// <summary>What it was.</summary>
    public string Proposal { get; init; } = "";

    /// <summary>Reasons that wait for labels or for the cool-down.</summary>
    public IReadOnlyList<RetrainingReason> Reasons { get; init; } = [];

    /// <summary>Kinds of reasons that were acted on and last: no reason again until they have gone.</summary>
    public IReadOnlyList<string> Served { get; init; } = [];

    /// <summary>The labels since the last bundle.</summary>
    public long Labels { get; init; }

    /// <summary>The schedule's last time that was noticed; null before the first check.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When the last retraining began.</summary>
    public DateTimeOffset? LastStarted { get; init; }

    /// <summary>When the last one that succeeded ended.</summary>
    public DateTimeOffset? LastSucceeded { get; init; }

    /// <summary>The last bundle's id.</summary>
    public string? LastBundle { get; init; }

    /// <summary>Why the last one failed.</summary>
    public string? LastError { get; init; }

    /// <summary>What runs; not null at the start of a process: it was interrupted.</summary>
    public IReadOnlyList<RetrainingReason> Running { get; init; } = [];

    /// <summary>The labels that what runs is made from.</summary>
    public long RunningLabels { get; init; }

    /// <summary>The first values computed from labels, by version and metric: the references if none are stated.</summary>
    public IReadOnlyDictionary<string, double> References { get; init; } = new Dictionary<string, double>();
}
