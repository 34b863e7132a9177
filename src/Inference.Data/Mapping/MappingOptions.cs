namespace Inference.Data;

/// <summary>Labels, slices and a schema for mapping data to a model.</summary>
public sealed class MappingOptions
{
    /// <summary>The column with the labels, numbers or strings; null, the default, for no labels.</summary>
    public string? Labels { get; init; }

    /// <summary>The columns whose values define slices; none by default.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>Whether labels and slices may be missing, as in rows for calibration or training; false by default.</summary>
    public bool InputsOnly { get; init; }

    /// <summary>The explicit mapping of columns to inputs; null, the default, to infer it from names and shapes.</summary>
    public DataSchema? Schema { get; init; }
}
