namespace Inference.Monitoring;

/// <summary>How the values of a column are counted.</summary>
public enum ColumnKind
{
    /// <summary>Numbers, in up to 32 bins of about equal counts in the reference.</summary>
    Numeric,

    /// <summary>Scores or probabilities, in 256 bins of equal width over 0 to 1.</summary>
    Score,

    /// <summary>Strings, bools and integers of few values: one cell for each of the most frequent values.</summary>
    Categorical,
}
