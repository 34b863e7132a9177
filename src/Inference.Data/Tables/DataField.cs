namespace Inference.Data;

/// <summary>A model input, label or slice that is built from one or more columns of a file.</summary>
public sealed class DataField
{
    /// <summary>The name of the model input, label or slice.</summary>
    public required string Name { get; init; }

    /// <summary>The element type; null, the default, for the model's type if it is an input, otherwise the type in the file.</summary>
    public ElementType? Type { get; init; }

    /// <summary>The columns of the file, in order: one column gives a scalar per row, several give a vector per row. Empty, the default, for the column of the same name.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The strings of a categorical column, each of which is encoded as its index in this list; empty, the default, to keep strings.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];
}
