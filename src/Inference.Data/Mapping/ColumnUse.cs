namespace Inference.Data;

/// <summary>How one column of a file is used, and why.</summary>
public sealed class ColumnUse
{
    /// <summary>The column's name in the file.</summary>
    public required string Column { get; init; }

    /// <summary>The kind of its values, such as <c>integer</c> or <c>real[3]</c>; <c>unreadable</c> for a column that cannot be read.</summary>
    public required string Holds { get; init; }

    /// <summary>How the column is used.</summary>
    public required ColumnRole Role { get; init; }

    /// <summary>The model input, label or slice to which it contributes; empty if it is unused.</summary>
    public string Target { get; init; } = "";

    /// <summary>The reason: how it was matched, or why it is unused.</summary>
    public required string Reason { get; init; }
}
