namespace Inference.Data;

/// <summary>How a column of a file is used.</summary>
public enum ColumnRole
{
    /// <summary>Unused.</summary>
    Unused,

    /// <summary>An input of the model, or part of one.</summary>
    Input,

    /// <summary>The labels.</summary>
    Label,

    /// <summary>Slices, which are evaluated separately.</summary>
    Slice,
}
