namespace Inference.Decisions;

/// <summary>The result of reading a log.</summary>
public sealed class DecisionRecords
{
    /// <summary>The records, in order.</summary>
    public required IReadOnlyList<Decision> Records { get; init; }

    /// <summary>Why the log cannot be read beyond these records although there are more: the next one does not follow. Nothing is appended to such a log. Null for an intact log.</summary>
    public string? Fault { get; init; }

    /// <summary>What the store repaired, such as a truncated tail. Null for nothing.</summary>
    public string? Notice { get; init; }
}
