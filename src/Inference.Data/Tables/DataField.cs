namespace Inference.Data;

/// <summary>A column that is made from one or more columns of a file: a model input, a label or a slice.</summary>
public sealed class DataField
{
    /// <summary>Its name: a model input, a label or a slice.</summary>
    public required string Name { get; init; }

    /// <summary>Its element type; null: the model's where it is an input, else that of the file.</summary>
    public ElementType? Type { get; init; }

    /// <summary>The file's columns, in order; one makes a scalar a row, several make a vector a row. Empty, the default: the one of the same name.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The texts of a categorical column, each of which becomes its place in this list; empty, the default: texts stay texts.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];
}
