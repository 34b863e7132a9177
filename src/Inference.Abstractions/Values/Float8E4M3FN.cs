using System.Runtime.InteropServices;

namespace Inference;

/// <summary>8-bit float: sign, 4 exponent bits (bias 7), 3 mantissa bits; no infinities; NaN is S.1111.111; largest 448. Source: ONNX float8 types, "Float8E4M3FN".</summary>
/// <param name="Bits">The bit pattern.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Float8E4M3FN(byte Bits)
{
    /// <summary>Rounds to the nearest value, ties to even, saturating at the largest finite value.</summary>
    public static explicit operator Float8E4M3FN(float value) => new(Float8Format.Float8E4M3FN.Encode(value, saturate: true));

    /// <summary>Exact conversion.</summary>
    public static implicit operator float(Float8E4M3FN value) => Float8Format.Float8E4M3FN.Decode(value.Bits);

    /// <summary>Converts with or without saturation; without it, out-of-range values become infinity, or NaN if the format has no infinity.</summary>
    public static Float8E4M3FN FromSingle(float value, bool saturate) => new(Float8Format.Float8E4M3FN.Encode(value, saturate));

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
