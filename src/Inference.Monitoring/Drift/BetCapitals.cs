namespace Inference.Monitoring.Drift;

/// <summary>
/// The value R ≥ 0 of each bet of a detector, kept as R + 1 in 16 bits: 6 of the exponent and 10 of the fraction. Not thread-safe.
/// </summary>
/// <remarks>A number between two that can be kept becomes one of them at random, so that its mean is kept: E[kept R | R] ≤ R, and a sum that was an e-detector stays one, whatever the number of buckets. The random numbers depend on nothing but how many were taken before.</remarks>
internal struct BetCapitals(int count)
{
    /// <summary>The largest value; values above show nothing more, and are lowered to it, which keeps the bound.</summary>
    public const float Largest = 1e18f;

    // Of the 23 bits of a float's fraction, those that are not kept.
    private const int Dropped = 13;
    private const int One = 0x3F800000;

    private readonly ushort[] _codes = new ushort[count];
    private ulong _random = 0x9E3779B97F4A7C15;

    /// <summary>The values' codes, to be saved.</summary>
    public readonly ReadOnlySpan<ushort> Codes => _codes;

    /// <summary>Reads R + 1 of all bets.</summary>
    /// <param name="raised">Is written.</param>
    public readonly void ReadRaised(Span<float> raised)
    {
        for (int i = 0; i < _codes.Length; i++)
        {
            raised[i] = BitConverter.Int32BitsToSingle((_codes[i] << Dropped) + One);
        }
    }

    /// <summary>Reads R of all bets.</summary>
    /// <param name="values">Is written.</param>
    public readonly void Read(Span<float> values)
    {
        ReadRaised(values);
        for (int i = 0; i < _codes.Length; i++)
        {
            values[i]--;
        }
    }

    /// <summary>Keeps R of all bets.</summary>
    /// <param name="values">0 or more.</param>
    public void Write(ReadOnlySpan<double> values)
    {
        ulong bits = 0;
        for (int i = 0; i < _codes.Length; i++)
        {
            bits = (i & 3) == 0 ? Next() : bits >> 16;
            int whole = BitConverter.SingleToInt32Bits((float)(Math.Min(values[i], Largest) + 1)) - One;
            _codes[i] = (ushort)((whole + (int)(bits & ((1 << Dropped) - 1))) >> Dropped);
        }
    }

    /// <summary>Takes over codes that were saved.</summary>
    public readonly void Restore(ReadOnlySpan<ushort> codes) => codes.CopyTo(_codes);

    /// <summary>Sets all values to 0.</summary>
    public readonly void Clear() => Array.Clear(_codes);

    // Xorshift (Marsaglia) with a final product.
    private ulong Next()
    {
        _random ^= _random >> 12;
        _random ^= _random << 25;
        _random ^= _random >> 27;
        return _random * 0x2545F4914F6CDD1D;
    }
}
