using System.Buffers.Binary;

namespace Inference.Evaluation.Numerics;

/// <summary>
/// The exact sum of doubles: s = Σxᵢ without rounding, regardless of order and of how the addends are distributed over shards. <see cref="Value"/> is that sum rounded once, to the nearest double,
/// ties to even; n shards merged in any order therefore give the bits of one pass.
/// </summary>
/// <remarks>
/// <para>A fixed-point number wide enough for every double: bits 2⁻¹⁰⁷⁴ to 2¹⁰²⁴, in digits of 32 bits stored in 64, so that carries are propagated only after 2³⁰ additions. Whole numbers below
/// 2⁵³ are added to one 64-bit counter instead; the digits (560 bytes) are allocated with the first other number. Source: Neal, "Fast exact summation using small and large superaccumulators", 2015.</para>
/// <para>NaN and infinities are counted separately: a sum with NaN, or with infinities of both signs, is NaN. Not thread-safe.</para>
/// </remarks>
public sealed class ExactSum
{
    // 66 digits of 32 bits for 2⁻¹⁰⁷⁴ to 2¹⁰²⁴, and four more that sums carry into. 2³⁰ digits below 2³² fit into 63 bits.
    private const int Digits = 70;
    private const int CarryEvery = 1 << 30;

    // Facts of a double.
    private const long LargestWhole = 1L << 53;
    private const int Mantissa = 52;

    private long _whole;
    private long[]? _digits;
    private int _pending;
    private bool _isNaN;
    private bool _hasPositiveInfinity;
    private bool _hasNegativeInfinity;

    /// <summary>The sum, rounded to the nearest double; 0 without addends.</summary>
    public double Value
    {
        get
        {
            if (_isNaN || (_hasPositiveInfinity && _hasNegativeInfinity))
            {
                return double.NaN;
            }

            if (_hasPositiveInfinity || _hasNegativeInfinity)
            {
                return _hasPositiveInfinity ? double.PositiveInfinity : double.NegativeInfinity;
            }

            // A long is converted with one rounding to nearest, ties to even.
            return _digits is null ? _whole : Round(Canonical());
        }
    }

    /// <summary>Adds a number.</summary>
    public void Add(double value)
    {
        if (Math.Abs(value) <= LargestWhole && value == Math.Truncate(value))
        {
            AddWhole((long)value);
        }
        else if (double.IsFinite(value))
        {
            AddDigits(value);
        }
        else
        {
            _isNaN |= double.IsNaN(value);
            _hasPositiveInfinity |= double.IsPositiveInfinity(value);
            _hasNegativeInfinity |= double.IsNegativeInfinity(value);
        }
    }

    /// <summary>Adds a · b without rounding (exactly, if the product's lowest bit is ≥ 2⁻¹⁰⁷⁴).</summary>
    public void AddProduct(double a, double b)
    {
        double product = a * b;
        Add(product);
        if (double.IsFinite(product))
        {
            Add(Math.FusedMultiplyAdd(a, b, -product));
        }
    }

    /// <summary>Adds the addends of another sum.</summary>
    public void Merge(ExactSum other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _isNaN |= other._isNaN;
        _hasPositiveInfinity |= other._hasPositiveInfinity;
        _hasNegativeInfinity |= other._hasNegativeInfinity;
        if (other._digits is not null)
        {
            long[] theirs = (long[])other._digits.Clone();
            Carry(theirs);
            long[] ours = Own();
            Carry(ours);
            for (int i = 0; i < Digits; i++)
            {
                ours[i] += theirs[i];
            }

            _pending = 1;
        }

        AddWhole(other._whole);
    }

    /// <summary>Serializes the sum in canonical form: equal sums have equal bytes.</summary>
    internal void Write(List<byte> to)
    {
        long[] digits = _digits is null && _whole == 0 ? [] : Canonical();
        int first = Array.FindIndex(digits, static d => d != 0);
        int last = Array.FindLastIndex(digits, static d => d != 0);
        to.Add((byte)((_isNaN ? 1 : 0) | (_hasPositiveInfinity ? 2 : 0) | (_hasNegativeInfinity ? 4 : 0)));
        to.Add((byte)Math.Max(first, 0));
        to.Add((byte)(first < 0 ? 0 : last - first + 1));
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        for (int i = first; i >= 0 && i <= last; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, digits[i]);
            to.AddRange(bytes);
        }
    }

    /// <exception cref="EvaluationException">The bytes are not a serialized sum.</exception>
    internal static ExactSum Read(ref ReadOnlySpan<byte> from)
    {
        if (from.Length < 3 || from[1] + from[2] > Digits || from.Length < 3 + (from[2] * sizeof(long)))
        {
            throw new EvaluationException($"Exact sum: expected flags and digits, got {from.Length} bytes. The bytes are truncated or have another format; write them again.");
        }

        var sum = new ExactSum { _isNaN = (from[0] & 1) != 0, _hasPositiveInfinity = (from[0] & 2) != 0, _hasNegativeInfinity = (from[0] & 4) != 0 };
        int first = from[1], count = from[2];
        from = from[3..];
        for (int i = 0; i < count; i++)
        {
            sum.Own()[first + i] = BinaryPrimitives.ReadInt64LittleEndian(from);
            from = from[sizeof(long)..];
        }

        return sum;
    }

    private static void Carry(long[] digits)
    {
        for (int i = 0; i < Digits - 1; i++)
        {
            digits[i + 1] += digits[i] >> 32;
            digits[i] &= uint.MaxValue;
        }
    }

    // Digits 0 to 2³²−1 but the highest, which carries the sign.
    private static double Round(long[] digits)
    {
        bool negative = digits[Digits - 1] < 0;
        if (negative)
        {
            for (int i = 0; i < Digits; i++)
            {
                digits[i] = -digits[i];
            }

            Carry(digits);
        }

        int top = Array.FindLastIndex(digits, static d => d != 0);
        if (top < 0)
        {
            return 0;
        }

        UInt128 high = 0;
        for (int i = top; i > top - 3; i--)
        {
            high = (high << 32) | (i >= 0 ? (ulong)digits[i] : 0);
        }

        // The lower digits affect only the rounding: the 96 bits hold at least 65 significant ones, so the lowest is far below the last bit of a double.
        for (int i = top - 3; i >= 0; i--)
        {
            if (digits[i] != 0)
            {
                high |= 1;
                break;
            }
        }

        // Below 2⁻¹⁰²² a sum of doubles has at most 52 significant bits: scaling then rounds nothing a second time.
        double magnitude = Math.ScaleB((double)high, (32 * (top - 2)) - 1074);
        return negative ? -magnitude : magnitude;
    }

    private void AddWhole(long value)
    {
        long sum = unchecked(_whole + value);
        if (((_whole ^ sum) & (value ^ sum)) < 0)
        {
            Spill(_whole);
            sum = value;
        }

        _whole = sum;
    }

    private void Spill(long value)
    {
        // Two halves, each exact as a double.
        AddDigits(value >> 32 << 32);
        AddDigits(value & uint.MaxValue);
    }

    private void AddDigits(double value)
    {
        if (value == 0)
        {
            return;
        }

        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int exponent = (int)((bits >> Mantissa) & 0x7FF);
        ulong mantissa = bits & ((1UL << Mantissa) - 1);
        mantissa |= exponent == 0 ? 0 : 1UL << Mantissa;
        int position = Math.Max(exponent - 1, 0);
        UInt128 shifted = (UInt128)mantissa << (position & 31);
        long[] digits = Own();
        int index = position >> 5;
        long sign = value < 0 ? -1 : 1;
        digits[index] += sign * (long)(uint)shifted;
        digits[index + 1] += sign * (long)(uint)(shifted >> 32);
        digits[index + 2] += sign * (long)(uint)(shifted >> 64);
        if (++_pending >= CarryEvery)
        {
            Carry(digits);
            _pending = 0;
        }
    }

    private long[] Own() => _digits ??= new long[Digits];

    private long[] Canonical()
    {
        var copy = new ExactSum { _digits = _digits is null ? null : (long[])_digits.Clone() };
        Carry(copy.Own());
        copy.Spill(_whole);
        Carry(copy._digits!);
        return copy._digits!;
    }
}
