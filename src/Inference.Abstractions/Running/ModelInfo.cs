using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace Inference;

/// <summary>A model's identity, signature and proved properties. Immutable; compared by reference.</summary>
public sealed record ModelInfo
{
    private readonly bool _rowIndependent;
    private readonly Lazy<bool>? _rowTrial;

    /// <summary>The name under which the model was registered or loaded.</summary>
    public required string Name { get; init; }

    /// <summary>The version served, such as <c>3</c>; empty without versioning.</summary>
    public string Version { get; init; } = "";

    /// <summary>The SHA-256 hash of the model's bytes and its external data, in lower-case hexadecimal. That of an encrypted model is the hash of what was decrypted: it is the same whether and with which key a model is encrypted.</summary>
    public required string Digest { get; init; }

    /// <summary>The id of the key that the model's file is encrypted with; null if it is not encrypted.</summary>
    public string? KeyId { get; init; }

    /// <summary>The inputs, in the model's order.</summary>
    public required IReadOnlyList<ModelPort> Inputs { get; init; }

    /// <summary>The outputs, in the model's order.</summary>
    public required IReadOnlyList<ModelPort> Outputs { get; init; }

    /// <summary>The axis along which rows are stacked: 0, or null if inputs and outputs do not share a batch axis.</summary>
    public int? BatchAxis { get; init; }

    /// <summary>
    /// Whether each output row was proved to depend only on the same row of the inputs; false if not proved. When this is first read, the proof of a small model is tried by two runs
    /// (<see cref="ModelLoadOptions.VerifyRowIndependence"/>), which a model that is run as it is does not pay for.
    /// </summary>
    public bool RowIndependent
    {
        get => _rowTrial?.Value ?? _rowIndependent;
        init
        {
            _rowIndependent = value;
            _rowTrial = null;
        }
    }

    /// <summary>Row independence that is proved, and tried when it is first asked for.</summary>
    internal Lazy<bool>? RowTrial { init => _rowTrial = value; }

    /// <summary>Whether equal inputs give equal outputs; false if the model draws random numbers.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>The provider or providers that run the model, such as <c>cpu</c>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public bool Equals(ModelInfo? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
