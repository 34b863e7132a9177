using System.Runtime.InteropServices;

namespace Inference;

/// <summary>8-bit power of two: value 2^(bits − 127), 0xFF is NaN; no sign, no zero. Source: OCP microscaling formats, ONNX "Float8E8M0".</summary>
/// <remarks>Equality and order are those of <see cref="float"/>: NaN equals NaN in <see cref="Equals(Float8E8M0)"/> and nothing by the operators.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Float8E8M0 : IComparable<Float8E8M0>, IEquatable<Float8E8M0>
{
    private readonly byte _bits;

    private Float8E8M0(byte bits) => _bits = bits;

    /// <summary>Converts by rounding up to the next power of two (ONNX <c>round_mode="up"</c>), saturating.</summary>
    public static explicit operator Float8E8M0(float value) => FromSingle(value, Float8E8M0Rounding.Up, saturate: true);

    /// <summary>Exact conversion; 2^−127 is a subnormal <see cref="float"/>.</summary>
    public static explicit operator float(Float8E8M0 value) =>
        value._bits == 0xFF ? float.NaN
        : value._bits == 0 ? BitConverter.UInt32BitsToSingle(0x00400000)
        : BitConverter.UInt32BitsToSingle((uint)value._bits << 23);

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

    /// <summary>Whether both are the same number; false where one is NaN.</summary>
    public static bool operator ==(Float8E8M0 left, Float8E8M0 right) => (float)left == (float)right;

    /// <summary>Whether they differ, or one is NaN.</summary>
    public static bool operator !=(Float8E8M0 left, Float8E8M0 right) => !(left == right);

    /// <summary>Whether the left is less; false where one is NaN.</summary>
    public static bool operator <(Float8E8M0 left, Float8E8M0 right) => (float)left < (float)right;

    /// <summary>Whether the left is greater; false where one is NaN.</summary>
    public static bool operator >(Float8E8M0 left, Float8E8M0 right) => (float)left > (float)right;

    /// <summary>Whether the left is less or equal; false where one is NaN.</summary>
    public static bool operator <=(Float8E8M0 left, Float8E8M0 right) => (float)left <= (float)right;

    /// <summary>Whether the left is greater or equal; false where one is NaN.</summary>
    public static bool operator >=(Float8E8M0 left, Float8E8M0 right) => (float)left >= (float)right;

    /// <summary>The value of a bit pattern.</summary>
    public static Float8E8M0 FromBits(byte bits) => new(bits);

    /// <summary>Whether the value is NaN.</summary>
    public static bool IsNaN(Float8E8M0 value) => float.IsNaN((float)value);

    /// <summary>The bit pattern.</summary>
    public byte ToBits() => _bits;

    /// <inheritdoc/>
    public int CompareTo(Float8E8M0 other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc/>
    public bool Equals(Float8E8M0 other) => ((float)this).Equals((float)other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float8E8M0 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
