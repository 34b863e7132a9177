namespace Inference.Monitoring;

/// <summary>What is required of the values of a column, learned with the profile and edited as JSON. Null: nothing is required.</summary>
public sealed record ColumnRules
{
    /// <summary>Whether the column is ignored: it is counted, and never judged. False by default.</summary>
    public bool Ignore { get; init; }

    /// <summary>The smallest share of values that must be present and not NaN, 0 to 1.</summary>
    public double? MinCompleteness { get; init; }

    /// <summary>The smallest value, in the unit of the column; for documentation and validation: cells are those of the reference.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value.</summary>
    public double? Maximum { get; init; }

    /// <summary>Whether infinite values may occur.</summary>
    public bool AllowInfinite { get; init; }

    /// <summary>Whether values may occur that are not in the reference (categorical columns).</summary>
    public bool AllowUnseen { get; init; }

    /// <summary>The relative change of a cell's share that is not drift, 0 to 1; null for that of the options.</summary>
    public double? Tolerance { get; init; }
}
