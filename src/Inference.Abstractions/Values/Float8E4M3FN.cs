using System.Runtime.InteropServices;

namespace Inference;

/// <summary>8-bit float: sign, 4 exponent bits (bias 7), 3 mantissa bits; no infinities; NaN is S.1111.111; largest 448. Source: ONNX float8 types, "Float8E4M3FN".</summary>
/// <remarks>Equality and order are those of <see cref="float"/>: NaN equals NaN in <see cref="Equals(Float8E4M3FN)"/> and nothing by the operators.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Float8E4M3FN : IComparable<Float8E4M3FN>, IEquatable<Float8E4M3FN>
{
    private readonly byte _bits;

    private Float8E4M3FN(byte bits) => _bits = bits;

    /// <summary>Rounds to the nearest value, ties to even, saturating at the largest finite value.</summary>
    public static explicit operator Float8E4M3FN(float value) => new(Float8Format.Float8E4M3FN.Encode(value, saturate: true));

    /// <summary>Exact conversion.</summary>
    public static explicit operator float(Float8E4M3FN value) => Float8Format.Float8E4M3FN.Decode(value._bits);

    /// <summary>Converts with or without saturation; without it, out-of-range values become infinity, or NaN if the format has no infinity.</summary>
    public static Float8E4M3FN FromSingle(float value, bool saturate) => new(Float8Format.Float8E4M3FN.Encode(value, saturate));

    /// <summary>Whether both are the same number; false where one is NaN.</summary>
    public static bool operator ==(Float8E4M3FN left, Float8E4M3FN right) => (float)left == (float)right;

    /// <summary>Whether they differ, or one is NaN.</summary>
    public static bool operator !=(Float8E4M3FN left, Float8E4M3FN right) => !(left == right);

    /// <summary>Whether the left is less; false where one is NaN.</summary>
    public static bool operator <(Float8E4M3FN left, Float8E4M3FN right) => (float)left < (float)right;

    /// <summary>Whether the left is greater; false where one is NaN.</summary>
    public static bool operator >(Float8E4M3FN left, Float8E4M3FN right) => (float)left > (float)right;

    /// <summary>Whether the left is less or equal; false where one is NaN.</summary>
    public static bool operator <=(Float8E4M3FN left, Float8E4M3FN right) => (float)left <= (float)right;

    /// <summary>Whether the left is greater or equal; false where one is NaN.</summary>
    public static bool operator >=(Float8E4M3FN left, Float8E4M3FN right) => (float)left >= (float)right;

    /// <summary>The value of a bit pattern.</summary>
    public static Float8E4M3FN FromBits(byte bits) => new(bits);

    /// <summary>Whether the value is NaN.</summary>
    public static bool IsNaN(Float8E4M3FN value) => float.IsNaN((float)value);

    /// <summary>The bit pattern.</summary>
    public byte ToBits() => _bits;

    /// <inheritdoc/>
    public int CompareTo(Float8E4M3FN other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc/>
    public bool Equals(Float8E4M3FN other) => ((float)this).Equals((float)other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float8E4M3FN other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
