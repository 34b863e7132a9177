namespace Inference.Data;

/// <summary>The kind of values in a column, independent of its type in the file.</summary>
public enum ColumnKind
{
    /// <summary>No values: every cell examined is empty.</summary>
    Empty,

    /// <summary>Whole numbers.</summary>
    Integer,

    /// <summary>Numbers.</summary>
    Real,

    /// <summary>True and false.</summary>
    Boolean,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Dates or times.</summary>
    Date,
}
