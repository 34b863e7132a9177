using System.Runtime.InteropServices;

namespace Inference;

/// <summary>Brain floating point, 16 bits: sign, 8 exponent bits, 7 mantissa bits. Conversion from <see cref="float"/> rounds half to even and keeps NaN.</summary>
/// <param name="Bits">The bit pattern.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BFloat16(ushort Bits)
{
    /// <summary>Rounds to the nearest value, ties to even; NaN stays NaN.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return new((ushort)((bits >> 16) | 0x40));
        }

        return new((ushort)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16));
    }

    /// <summary>Exact conversion.</summary>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
