namespace Inference.Status;

/// <summary>The results of shadow calls so far.</summary>
public sealed class ShadowReport
{
    /// <summary>The shadow version.</summary>
    public required string Version { get; init; }

    /// <summary>The number of calls whose outputs were compared.</summary>
    public required long Compared { get; init; }

    /// <summary>The number of these calls that differed by more than the tolerance.</summary>
    public required long Different { get; init; }

    /// <summary>The number of shadow calls that failed or timed out.</summary>
    public required long Failed { get; init; }

    /// <summary>The number of calls that were not copied because the budget was exhausted.</summary>
    public required long Dropped { get; init; }

    /// <summary>The largest absolute difference between floating-point elements.</summary>
    public required double LargestDifference { get; init; }

    /// <summary>A description of the last difference beyond the tolerance; null if there was none.</summary>
    public string? LastDifference { get; init; }
}
