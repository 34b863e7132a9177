namespace Inference.Decisions;

/// <summary>What was read of a log.</summary>
public sealed class DecisionRecords
{
    /// <summary>The records, in order.</summary>
    public required IReadOnlyList<Decision> Records { get; init; }

    /// <summary>Why the log cannot be read on after these records, though there is more: the next one does not follow. Nothing is appended to such a log. Null for a log that is whole.</summary>
    public string? Fault { get; init; }

    /// <summary>What the store mended by itself, for people to know: a tail that was cut. Null for nothing.</summary>
    public string? Notice { get; init; }
}
