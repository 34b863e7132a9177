using System.Runtime.InteropServices;

namespace Inference;

/// <summary>8-bit float: sign, 4 exponent bits (bias 8), 3 mantissa bits; no infinities, no negative zero; NaN is 0x80; largest 240. Source: ONNX float8 types, "Float8E4M3FNUZ".</summary>
/// <param name="Bits">The bit pattern.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Float8E4M3FNUZ(byte Bits)
{
    /// <summary>Rounds to the nearest value, ties to even, saturating at the largest finite value.</summary>
    public static explicit operator Float8E4M3FNUZ(float value) => new(Float8Format.Float8E4M3FNUZ.Encode(value, saturate: true));

    /// <summary>Exact conversion.</summary>
    public static implicit operator float(Float8E4M3FNUZ value) => Float8Format.Float8E4M3FNUZ.Decode(value.Bits);

    /// <summary>Converts with or without saturation; without it, out-of-range values become infinity, or NaN if the format has no infinity.</summary>
    public static Float8E4M3FNUZ FromSingle(float value, bool saturate) => new(Float8Format.Float8E4M3FNUZ.Encode(value, saturate));

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
