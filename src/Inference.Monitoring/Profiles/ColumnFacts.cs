namespace Inference.Monitoring.Profiles;

/// <summary>What was learned of a column besides its counts. Immutable.</summary>
internal sealed record ColumnFacts
{
    public string? Title { get; init; }

    public double Minimum { get; init; } = double.NaN;

    public double Maximum { get; init; } = double.NaN;

    public long Distinct { get; init; }

    public long Singletons { get; init; }

    public bool IsIntegerValued { get; init; }

    /// <summary>Of the rows of each cell, those whose label is the column's class; empty without labels.</summary>
    public long[] Positives { get; init; } = [];

    /// <summary>Of the rows of each cell, Σ|prediction − label|; empty without numeric labels.</summary>
    public double[] AbsoluteErrors { get; init; } = [];

    /// <summary>Of the rows of each cell, Σ(prediction − label)².</summary>
    public double[] SquaredErrors { get; init; } = [];

    public ColumnRules Rules { get; init; } = new();
}
