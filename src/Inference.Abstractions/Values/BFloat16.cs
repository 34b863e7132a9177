using System.Globalization;

namespace Inference;

/// <summary>Brain floating point, 16 bits: sign, 8 exponent bits, 7 mantissa bits. It has the members of <c>System.Numerics.BFloat16</c> in later .NET versions, so that programs can migrate to it.</summary>
/// <remarks>Equality and order are those of <see cref="float"/>: NaN equals NaN in <see cref="Equals(BFloat16)"/>, but not with the operators. Source: .NET's <see cref="Half"/> for the conventions.</remarks>
public readonly struct BFloat16 : IComparable<BFloat16>, IEquatable<BFloat16>
{
    private readonly ushort _bits;

    private BFloat16(ushort bits) => _bits = bits;

    /// <summary>The smallest positive value, 2⁻¹³³.</summary>
    public static BFloat16 Epsilon => new(0x0001);

    /// <summary>The largest finite value, about 3.39e38.</summary>
    public static BFloat16 MaxValue => new(0x7F7F);

    /// <summary>The smallest finite value, about −3.39e38.</summary>
    public static BFloat16 MinValue => new(0xFF7F);

    /// <summary>Not a number.</summary>
    public static BFloat16 NaN => new(0xFFC0);

    /// <summary>Positive infinity.</summary>
    public static BFloat16 PositiveInfinity => new(0x7F80);

    /// <summary>Negative infinity.</summary>
    public static BFloat16 NegativeInfinity => new(0xFF80);

    /// <summary>Rounds to the nearest value, ties to even; NaN stays NaN.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? new((ushort)((bits >> 16) | 0x40)) : new((ushort)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16));
    }

    /// <summary>Exact conversion.</summary>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value._bits << 16);

    /// <summary>Whether both are the same number; false if either is NaN.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    /// <summary>Whether they differ or either is NaN.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => !(left == right);

    /// <summary>Whether the left is less than the right; false if either is NaN.</summary>
    public static bool operator <(BFloat16 left, BFloat16 right) => (float)left < (float)right;

    /// <summary>Whether the left is greater than the right; false if either is NaN.</summary>
    public static bool operator >(BFloat16 left, BFloat16 right) => (float)left > (float)right;

    /// <summary>Whether the left is less than or equal to the right; false if either is NaN.</summary>
    public static bool operator <=(BFloat16 left, BFloat16 right) => (float)left <= (float)right;

    /// <summary>Whether the left is greater than or equal to the right; false if either is NaN.</summary>
    public static bool operator >=(BFloat16 left, BFloat16 right) => (float)left >= (float)right;

    /// <summary>Creates the value with the given bit pattern.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>Whether the value is NaN.</summary>
    public static bool IsNaN(BFloat16 value) => float.IsNaN((float)value);

    /// <summary>Returns the bit pattern.</summary>
    public ushort ToBits() => _bits;

    /// <inheritdoc/>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
