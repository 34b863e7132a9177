namespace Inference.Status;

/// <summary>The state of a model's retraining at a moment. Immutable.</summary>
public sealed record RetrainingStatus
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The state.</summary>
    public required RetrainingState State { get; init; }

    /// <summary>One sentence: what it waits for, or what runs.</summary>
    public string Description { get; init; } = "";

    /// <summary>The reasons of which a new model is asked for, oldest first; empty for none.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>The labels that arrived since the last bundle.</summary>
    public long Labels { get; init; }

    /// <summary>When the next scheduled retraining is due; null without a schedule.</summary>
    public DateTimeOffset? NextScheduled { get; init; }

    /// <summary>When the last one began; null for never.</summary>
    public DateTimeOffset? LastStarted { get; init; }

    /// <summary>When the last one that succeeded ended; null for never.</summary>
    public DateTimeOffset? LastSucceeded { get; init; }

    /// <summary>The folder of the last bundle; null for none.</summary>
    public string? LastBundle { get; init; }

    /// <summary>Why the last one failed; null if it did not.</summary>
    public string? LastError { get; init; }
}
