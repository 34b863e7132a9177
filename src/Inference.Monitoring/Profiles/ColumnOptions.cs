namespace Inference.Monitoring;

/// <summary>What is stated about a column, or about all columns of a tensor, before a profile is made. Null: inferred from the rows.</summary>
public sealed record ColumnOptions
{
    /// <summary>The kind.</summary>
    public ColumnKind? Kind { get; init; }

    /// <summary>Input or output; for rows from files, where the side is not known otherwise.</summary>
    public ColumnSide? Side { get; init; }

    /// <summary>Whether the column is left out of the profile.</summary>
    public bool Exclude { get; init; }

    /// <summary>Names for people: of the elements of a row, in their order, or of the column if there is one name; empty for none.</summary>
    public IReadOnlyList<string> Titles { get; init; } = [];

    /// <summary>The rules; null for those learned.</summary>
    public ColumnRules? Rules { get; init; }

    /// <summary>Whether a written profile named a column that is computed from whole rows: another profile need not have it.</summary>
    internal bool IsOfRow { get; init; }
}
