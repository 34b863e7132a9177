namespace Inference.Diagnostics;

/// <summary>What a model file holds and what the engine makes of it. Immutable.</summary>
public sealed record ModelDescription
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256, lower-case hexadecimal, over the model's bytes and its external data.</summary>
    public required string Digest { get; init; }

    /// <summary>Version of the file format.</summary>
    public long IrVersion { get; init; }

    /// <summary>The tool that made the file, with its version; empty where it does not say.</summary>
    public string Producer { get; init; } = "";

    /// <summary>Versions of the operator sets that the model imports, by domain; <c>ai.onnx</c> is the standard's.</summary>
    public required IReadOnlyDictionary<string, long> Opsets { get; init; }

    /// <summary>The inputs, in order.</summary>
    public required IReadOnlyList<ModelPort> Inputs { get; init; }

    /// <summary>The outputs, in order, with inferred shapes where the file does not state them.</summary>
    public required IReadOnlyList<ModelPort> Outputs { get; init; }

    /// <summary>The operators of the file, inner graphs and called functions included, most used first.</summary>
    public required IReadOnlyList<OperatorUse> Operators { get; init; }

    /// <summary>Operators that no provider has; empty where the model can be loaded.</summary>
    public IReadOnlyList<string> Unsupported { get; init; } = [];

    /// <summary>Elements of all tensors stored in the model.</summary>
    public long Parameters { get; init; }

    /// <summary>Bytes of all tensors stored in the model, as they are in memory.</summary>
    public long ParameterBytes { get; init; }

    /// <summary>Bytes of the model's file and its external data.</summary>
    public long FileBytes { get; init; }

    /// <summary>The axis along which rows are stacked; null where there is none, or the model cannot be loaded.</summary>
    public int? BatchAxis { get; init; }

    /// <summary>Whether it is proved that rows do not depend on each other.</summary>
    public bool RowIndependent { get; init; }

    /// <summary>Whether equal inputs give equal outputs.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Where the parts of the model run; empty where it cannot be loaded.</summary>
    public IReadOnlyList<PlacedNodes> Placement { get; init; } = [];

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}
