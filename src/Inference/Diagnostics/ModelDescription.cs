namespace Inference.Diagnostics;

/// <summary>The contents of a model file and the properties that the engine found. Immutable.</summary>
public sealed class ModelDescription
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The SHA-256 hash of the model's bytes and its external data, in lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>The version of the file format.</summary>
    public long IrVersion { get; init; }

    /// <summary>The tool that wrote the file, with its version; empty if not stated.</summary>
    public string Producer { get; init; } = "";

    /// <summary>The opset versions that the model imports, by domain; <c>ai.onnx</c> is the standard domain.</summary>
    public required IReadOnlyDictionary<string, long> Opsets { get; init; }

    /// <summary>The inputs, in order.</summary>
    public required IReadOnlyList<ModelPort> Inputs { get; init; }

    /// <summary>The outputs, in order, with inferred shapes if the file does not state them.</summary>
    public required IReadOnlyList<ModelPort> Outputs { get; init; }

    /// <summary>The operators of the file, including subgraphs and called functions, most used first.</summary>
    public required IReadOnlyList<OperatorUse> Operators { get; init; }

    /// <summary>Operators that no provider supports; empty if the model can be loaded.</summary>
    public IReadOnlyList<string> Unsupported { get; init; } = [];

    /// <summary>The number of elements of all tensors stored in the model.</summary>
    public long Parameters { get; init; }

    /// <summary>The size in memory of all tensors stored in the model, in bytes.</summary>
    public long ParameterBytes { get; init; }

    /// <summary>The size of the model's file and its external data, in bytes.</summary>
    public long FileBytes { get; init; }

    /// <summary>The axis along which rows are stacked; null if there is none or the model cannot be loaded.</summary>
    public int? BatchAxis { get; init; }

    /// <summary>Whether rows are proved to be independent of each other.</summary>
    public bool RowIndependent { get; init; }

    /// <summary>Whether equal inputs give equal outputs.</summary>
    public bool Deterministic { get; init; }

    /// <summary>The parts of the model and their providers; empty if the model cannot be loaded.</summary>
    public IReadOnlyList<PlacedNodes> Placement { get; init; } = [];

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}
