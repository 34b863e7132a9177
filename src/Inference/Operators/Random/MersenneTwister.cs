namespace Inference.Operators.Random;

/// <summary>The generator MT19937 (Matsumoto and Nishimura, 1998), seeded by one number, with 53-bit doubles in [0, 1). Not thread-safe; one per run.</summary>
internal sealed class MersenneTwister
{
    private const int Length = 624;
    private const int Middle = 397;
    private readonly uint[] _state = new uint[Length];
    private int _next = Length;
    private double? _spare;

    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < Length; i++)
        {
            uint last = _state[i - 1];
            _state[i] = 1812433253u * (last ^ (last >> 30)) + i;
        }
    }

    /// <summary>A generator by a node's seed attribute; by chance where there is none.</summary>
    public static MersenneTwister FromSeed(float? seed) =>
        new(seed is { } value ? unchecked((uint)(long)value) : unchecked((uint)System.Random.Shared.Next()));

    public uint NextUInt32()
    {
        if (_next == Length)
        {
            Refill();
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680u;
        y ^= (y << 15) & 0xEFC60000u;
        return y ^ (y >> 18);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /// <summary>Normal with mean 0 and deviation 1, by the polar method.</summary>
    public double NextGaussian()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        double x;
        double y;
        double square;
        do
        {
            x = 2 * NextDouble() - 1;
            y = 2 * NextDouble() - 1;
            square = x * x + y * y;
        }
        while (square >= 1 || square == 0);

        double factor = Math.Sqrt(-2 * Math.Log(square) / square);
        _spare = factor * x;
        return factor * y;
    }

    private void Refill()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (_state[i] & 0x80000000u) | (_state[(i + 1) % Length] & 0x7FFFFFFFu);
            _state[i] = _state[(i + Middle) % Length] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908B0DFu : 0);
        }

        _next = 0;
    }
}
