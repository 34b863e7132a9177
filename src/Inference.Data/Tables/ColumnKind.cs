namespace Inference.Data;

/// <summary>What a column of a file holds, whatever the file's type for it.</summary>
public enum ColumnKind
{
    /// <summary>Nothing: every cell that was looked at is empty.</summary>
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
