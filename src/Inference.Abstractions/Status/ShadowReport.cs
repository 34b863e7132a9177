namespace Inference.Status;

/// <summary>What shadow calls found so far.</summary>
public sealed class ShadowReport
{
    /// <summary>The version shadowed.</summary>
    public required string Version { get; init; }

    /// <summary>Calls whose outputs were compared.</summary>
    public required long Compared { get; init; }

    /// <summary>How many of them differed by more than the tolerance.</summary>
    public required long Different { get; init; }

    /// <summary>Shadow calls that failed or ran out of time.</summary>
    public required long Failed { get; init; }

    /// <summary>Calls that were not copied, as the budget was used up.</summary>
    public required long Dropped { get; init; }

    /// <summary>Largest absolute difference of floating-point elements.</summary>
    public required double LargestDifference { get; init; }

    /// <summary>The last difference beyond the tolerance in words; null for none.</summary>
    public string? LastDifference { get; init; }
}
