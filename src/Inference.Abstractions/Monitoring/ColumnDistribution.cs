namespace Inference.Monitoring;

/// <summary>The distribution of a column in the reference and in recent rows. Immutable.</summary>
public sealed record ColumnDistribution
{
    /// <summary>The name of the column.</summary>
    public required string Name { get; init; }

    /// <summary>The cells, in order of their values; special cells, such as missing values, are last.</summary>
    public required IReadOnlyList<DistributionCell> Cells { get; init; }

    /// <summary>The rows of the reference.</summary>
    public long ReferenceRows { get; init; }

    /// <summary>The recent rows.</summary>
    public long Rows { get; init; }

    /// <summary>When the first of the recent rows was counted; null if it is not known.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>When the last of them was; null if it is not known.</summary>
    public DateTimeOffset? To { get; init; }
}
