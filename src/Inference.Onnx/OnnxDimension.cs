using System.Globalization;

namespace Inference.Onnx;

/// <summary>One dimension of a shape: a value, a symbol, or unknown (<c>TensorShapeProto.Dimension</c>). Immutable.</summary>
public readonly record struct OnnxDimension
{
    // "" is kept as null, so that the default of this type equals Unknown.
    private readonly string? _denotation;

    private OnnxDimension(long? value, string? param, string denotation)
    {
        Value = value;
        Param = param;
        _denotation = denotation.Length == 0 ? null : denotation;
    }

    /// <summary>A dimension without a value or a symbol.</summary>
    public static OnnxDimension Unknown { get; } = new(null, null, "");

    /// <summary>The number of elements along the dimension; null if it is symbolic or unknown.</summary>
    public long? Value { get; }

    /// <summary>The symbol, such as "batch"; null if the dimension has a value or is unknown.</summary>
    public string? Param { get; }

    /// <summary>The meaning, such as "DATA_BATCH"; "" if not specified.</summary>
    public string Denotation => _denotation ?? "";

    /// <summary>Whether the dimension has neither a value nor a symbol.</summary>
    public bool IsUnknown => Value is null && Param is null;

    /// <summary>Creates a dimension with a value.</summary>
    /// <param name="value">The number of elements along the dimension.</param>
    public static OnnxDimension Of(long value) => new(value, null, "");

    /// <summary>Creates a dimension with a symbol.</summary>
    /// <param name="param">The symbol.</param>
    public static OnnxDimension Of(string param) => new(null, param, "");

    /// <summary>Creates a dimension with a value.</summary>
    /// <param name="value">The number of elements along the dimension.</param>
    public static implicit operator OnnxDimension(long value) => Of(value);

    /// <summary>Creates a dimension with a symbol.</summary>
    /// <param name="param">The symbol.</param>
    public static implicit operator OnnxDimension(string param) => Of(param);

    /// <summary>Returns the same dimension with another meaning.</summary>
    /// <param name="denotation">The meaning; "" for none.</param>
    public OnnxDimension WithDenotation(string denotation) => new(Value, Param, denotation);

    /// <summary>Returns the value, the symbol, or "?".</summary>
    public override string ToString() => Value?.ToString(CultureInfo.InvariantCulture) ?? Param ?? "?";
}
