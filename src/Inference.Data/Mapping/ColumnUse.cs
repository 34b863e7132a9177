namespace Inference.Data;

/// <summary>Where one column of a file went, and why.</summary>
public sealed class ColumnUse
{
    /// <summary>The column's name in the file.</summary>
    public required string Column { get; init; }

    /// <summary>What it holds, such as <c>integer</c> or <c>real[3]</c>; for one that cannot be read, <c>unreadable</c>.</summary>
    public required string Holds { get; init; }

    /// <summary>What it is used for.</summary>
    public required ColumnRole Role { get; init; }

    /// <summary>The model input, label or slice that it is, or is a part of; empty where it is unused.</summary>
    public string Target { get; init; } = "";

    /// <summary>Why: how it was found, or why it was left out.</summary>
    public required string Reason { get; init; }
}
