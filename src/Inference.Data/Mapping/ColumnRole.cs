namespace Inference.Data;

/// <summary>What a column of a file is used for.</summary>
public enum ColumnRole
{
    /// <summary>Nothing.</summary>
    Unused,

    /// <summary>An input of the model, or a part of one.</summary>
    Input,

    /// <summary>The true answers.</summary>
    Label,

    /// <summary>Slices to judge by themselves.</summary>
    Slice,
}
