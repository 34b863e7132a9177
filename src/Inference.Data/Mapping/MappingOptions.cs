namespace Inference.Data;

/// <summary>What else than the model's inputs is wanted of the data, and what is known of it.</summary>
public sealed class MappingOptions
{
    /// <summary>The column of true answers, numbers or text; null, the default: none is wanted.</summary>
    public string? Labels { get; init; }

    /// <summary>Columns whose values make slices; none by default.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>Whether labels and slices may be absent, as in rows to calibrate or train on; false by default.</summary>
    public bool InputsOnly { get; init; }

    /// <summary>Which columns make which input, where that is stated; null, the default: it is found out from names and shapes.</summary>
    public DataSchema? Schema { get; init; }
}
