namespace Inference;

/// <summary>Parameters and conversion of an 8-bit float format. Immutable, thread-safe.</summary>
internal sealed class Float8Format
{
    public static readonly Float8Format Float8E4M3FN = new(3, 7, hasInfinity: false, unsignedZero: false, maxBits: 0x7E);
    public static readonly Float8Format Float8E4M3FNUZ = new(3, 8, hasInfinity: false, unsignedZero: true, maxBits: 0x7F);
    public static readonly Float8Format Float8E5M2 = new(2, 15, hasInfinity: true, unsignedZero: false, maxBits: 0x7B);
    public static readonly Float8Format Float8E5M2FNUZ = new(2, 16, hasInfinity: false, unsignedZero: true, maxBits: 0x7F);

    private readonly int _mantissaBits;
    private readonly int _bias;
    private readonly bool _hasInfinity;
    private readonly bool _unsignedZero;
    private readonly byte _maxBits;
    private readonly float[] _values = new float[256];

    private Float8Format(int mantissaBits, int bias, bool hasInfinity, bool unsignedZero, byte maxBits)
    {
        _mantissaBits = mantissaBits;
        _bias = bias;
        _hasInfinity = hasInfinity;
        _unsignedZero = unsignedZero;
        _maxBits = maxBits;
        for (int i = 0; i < 256; i++)
        {
            _values[i] = DecodeBits((byte)i);
        }
    }

    public float Decode(byte bits) => _values[bits];

    public byte Encode(float value, bool saturate)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        byte sign = (byte)((bits >> 24) & 0x80);
        if (float.IsNaN(value))
        {
            return _unsignedZero ? (byte)0x80 : _hasInfinity ? (byte)(sign | 0x7F) : (byte)(sign | 0x7F);
        }

        if (float.IsInfinity(value))
        {
            return OutOfRange(sign, saturate);
        }

        byte magnitude = RoundMagnitude(bits & 0x7FFFFFFF, out bool overflow);
        if (overflow)
        {
            return OutOfRange(sign, saturate);
        }

        return magnitude == 0 && _unsignedZero ? (byte)0 : (byte)(sign | magnitude);
    }

    private byte OutOfRange(byte sign, bool saturate)
    {
        if (saturate)
        {
            return (byte)(sign | _maxBits);
        }

        return _hasInfinity ? (byte)(sign | 0x7C) : _unsignedZero ? (byte)0x80 : (byte)(sign | 0x7F);
    }

    // Rounds the binary32 magnitude to this format, ties to even. The 8-bit patterns are ordered as their values are, so a
    // carry out of the mantissa moves into the exponent by itself.
    private byte RoundMagnitude(uint magnitude, out bool overflow)
    {
        overflow = false;
        int exponent = (int)(magnitude >> 23) - 127;
        uint significand = (magnitude & 0x7FFFFF) | ((magnitude >> 23) == 0 ? 0u : 0x800000u);
        int target = exponent + _bias;
        int shift = 23 - _mantissaBits;
        if (target <= 0)
        {
            shift += 1 - target;
            target = 0;
        }

        if (shift > 24)
        {
            return 0;
        }

        uint kept = significand >> shift;
        uint rest = significand & ((1u << shift) - 1);
        uint half = 1u << (shift - 1);
        if (rest > half || (rest == half && (kept & 1) != 0))
        {
            kept++;
        }

        uint result = target == 0 ? kept : ((uint)(target - 1) << _mantissaBits) + kept;
        overflow = result > _maxBits;
        return (byte)result;
    }

    private float DecodeBits(byte bits)
    {
        int magnitude = bits & 0x7F;
        bool negative = (bits & 0x80) != 0;
        if (_unsignedZero && bits == 0x80)
        {
            return float.NaN;
        }

        if (magnitude > _maxBits)
        {
            return _hasInfinity && magnitude == 0x7C ? (negative ? float.NegativeInfinity : float.PositiveInfinity) : float.NaN;
        }

        int exponent = magnitude >> _mantissaBits;
        int mantissa = magnitude & ((1 << _mantissaBits) - 1);
        float value = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - _bias - _mantissaBits)
            : MathF.ScaleB(mantissa | (1 << _mantissaBits), exponent - _bias - _mantissaBits);
        return negative ? -value : value;
    }
}
