namespace Inference.Kernels.Tests;

/// <summary>Seeded test data.</summary>
internal static class Fill
{
    public static NativeArray<float> Floats(nint length, int seed, float low = -1f, float high = 1f, nint offset = 0)
    {
        var array = new NativeArray<float>(length, offset);
        var random = new Random(seed);
        foreach (ref float x in array.Span)
        {
            x = low + ((high - low) * random.NextSingle());
        }

        return array;
    }

    public static NativeArray<byte> Bytes(nint length, int seed, nint offset = 0)
    {
        var array = new NativeArray<byte>(length, offset);
        new Random(seed).NextBytes(array.Span);
        return array;
    }

    public static NativeArray<sbyte> SBytes(nint length, int seed)
    {
        var array = new NativeArray<sbyte>(length);
        new Random(seed).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(array.Span));
        return array;
    }

    public static NativeArray<int> Ints(nint length, int seed, int low, int high)
    {
        var array = new NativeArray<int>(length);
        var random = new Random(seed);
        foreach (ref int x in array.Span)
        {
            x = random.Next(low, high);
        }

        return array;
    }
}
