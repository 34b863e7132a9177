namespace Inference.Evaluation.Numerics;

/// <summary>Pseudo-random numbers that depend only on a seed and an index, not on the order of calls. Source: the finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</summary>
internal static class SeededHash
{
    /// <summary>64 bits for a seed and an index.</summary>
    public static ulong Of(ulong seed, ulong index)
    {
        ulong x = unchecked(seed + ((index + 1) * 0x9E3779B97F4A7C15));
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EB);
        return x ^ (x >> 31);
    }

    /// <summary>64 bits for a text: FNV-1a over UTF-16 units, finalised.</summary>
    public static ulong Of(ulong seed, string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char unit in text)
        {
            hash = unchecked((hash ^ unit) * 0x100000001B3);
        }

        return Of(seed, hash);
    }
}
