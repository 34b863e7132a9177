using System.Runtime.InteropServices;

namespace Inference;

/// <summary>8-bit power of two: value 2^(Bits − 127), 0xFF is NaN; no sign, no zero. Source: OCP microscaling formats, ONNX "Float8E8M0".</summary>
/// <param name="Bits">The bit pattern: the biased exponent.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Float8E8M0(byte Bits)
{
    /// <summary>Converts by rounding up to the next power of two (ONNX <c>round_mode="up"</c>), saturating.</summary>
    public static explicit operator Float8E8M0(float value) => FromSingle(value, Float8E8M0Rounding.Up, saturate: true);

    /// <summary>Exact conversion; 2^−127 is a subnormal <see cref="float"/>.</summary>
    public static implicit operator float(Float8E8M0 value) =>
        value.Bits == 0xFF ? float.NaN
        : value.Bits == 0 ? BitConverter.UInt32BitsToSingle(0x00400000)
        : BitConverter.UInt32BitsToSingle((uint)value.Bits << 23);

    /// <summary>Converts the magnitude of <paramref name="value"/>; NaN and, without saturation, values out of range give NaN.</summary>
    /// <param name="value">The number to convert; its sign is dropped.</param>
    /// <param name="rounding">How a number between two powers of two is rounded.</param>
    /// <param name="saturate">Whether values that are too large become the largest power, and values that are too small the smallest.</param>
    public static Float8E8M0 FromSingle(float value, Float8E8M0Rounding rounding, bool saturate)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value) & 0x7FFFFFFF;
        if (bits > 0x7F800000)
        {
            return new(0xFF);
        }

        if (bits == 0x7F800000)
        {
            return new(saturate ? (byte)0xFE : (byte)0xFF);
        }

        int exponent = (int)(bits >> 23);
        uint mantissa = bits & 0x7FFFFF;
        if (exponent == 0)
        {
            // Subnormal: 2^-127 is mantissa 0x400000; anything above it lies between 2^-127 and 2^-126.
            bool up = rounding switch
            {
                Float8E8M0Rounding.Up => mantissa > 0x400000,
                Float8E8M0Rounding.Nearest => mantissa >= 0x600000,
                _ => false,
            };
            return new(up ? (byte)1 : (byte)0);
        }

        bool increment = rounding switch
        {
            Float8E8M0Rounding.Up => mantissa > 0,
            Float8E8M0Rounding.Nearest => mantissa >= 0x400000,
            _ => false,
        };
        if (increment)
        {
            exponent++;
        }

        return new(exponent >= 0xFF ? (saturate ? (byte)0xFE : (byte)0xFF) : (byte)exponent);
    }

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
