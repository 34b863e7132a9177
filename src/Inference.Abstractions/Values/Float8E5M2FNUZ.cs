using System.Runtime.InteropServices;

namespace Inference;

/// <summary>8-bit float: sign, 5 exponent bits (bias 16), 2 mantissa bits; no infinities, no negative zero; NaN is 0x80; largest 57344. Source: ONNX float8 types, "Float8E5M2FNUZ".</summary>
/// <param name="Bits">The bit pattern.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Float8E5M2FNUZ(byte Bits)
{
    /// <summary>Rounds to the nearest value, ties to even, saturating at the largest finite value.</summary>
    public static explicit operator Float8E5M2FNUZ(float value) => new(Float8Format.Float8E5M2FNUZ.Encode(value, saturate: true));

    /// <summary>Exact conversion.</summary>
    public static implicit operator float(Float8E5M2FNUZ value) => Float8Format.Float8E5M2FNUZ.Decode(value.Bits);

    /// <summary>Converts with or without saturation; without it, out-of-range values become infinity, or NaN if the format has no infinity.</summary>
    public static Float8E5M2FNUZ FromSingle(float value, bool saturate) => new(Float8Format.Float8E5M2FNUZ.Encode(value, saturate));

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
