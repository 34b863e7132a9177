namespace OptimizeAndServe.World;

/// <summary>Random number generators that depend only on the given numbers.</summary>
internal static class Seeds
{
    /// <summary>A generator for one item, such as click 7 of user 12.</summary>
    public static Random For(int seed, int kind, long first, long second = 0)
    {
        // splitmix64's finaliser over each number in turn: neighbouring numbers get unrelated generators.
        ulong x = Mix((ulong)seed + 0x9E3779B97F4A7C15UL);
        x = Mix(x ^ (uint)kind);
        x = Mix(x ^ (ulong)first);
        x = Mix(x ^ (ulong)second);
        return new Random((int)(x >> 33));
    }

    /// <summary>A draw from the standard normal distribution.</summary>
    public static float Normal(this Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
