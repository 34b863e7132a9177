using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace Inference;

/// <summary>What a model is: identity, signature, and what is proved of it. Immutable; equal to itself alone.</summary>
public sealed record ModelInfo
{
    /// <summary>The name it was registered or loaded under.</summary>
    public required string Name { get; init; }

    /// <summary>The version served, such as <c>3</c>; empty where there are no versions.</summary>
    public string Version { get; init; } = "";

    /// <summary>SHA-256, lower-case hexadecimal, over the model's bytes and its external data.</summary>
    public required string Digest { get; init; }

    /// <summary>The inputs, in the model's order.</summary>
    public required IReadOnlyList<ModelPort> Inputs { get; init; }

    /// <summary>The outputs, in the model's order.</summary>
    public required IReadOnlyList<ModelPort> Outputs { get; init; }

    /// <summary>The axis along which rows are stacked, 0 where there is one; null where inputs and outputs share none.</summary>
    public int? BatchAxis { get; init; }

    /// <summary>Whether it is proved that each output row depends on the same row of the inputs alone. What is not proved is false.</summary>
    public bool RowIndependent { get; init; }

    /// <summary>Whether equal inputs give equal outputs: false where the model draws random numbers.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>The provider or providers that run it, such as <c>cpu</c>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public bool Equals(ModelInfo? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
