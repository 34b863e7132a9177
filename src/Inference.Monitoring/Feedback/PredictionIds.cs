using System.Buffers.Binary;

namespace Inference.Monitoring.Feedback;

/// <summary>What can be told of a prediction by its id alone.</summary>
internal static class PredictionIds
{
    /// <summary>Whether an id is in the share that is kept: its hash is below share · 2⁶⁴.</summary>
    public static bool IsKept(Guid id, double share) => share >= 1 || (share > 0 && Hash(id) < (ulong)(share * 18446744073709551616.0));

    /// <summary>When the id was made; null if it is not of version 7.</summary>
    public static DateTimeOffset? MadeAt(Guid id)
    {
        if (id.Version != 7 || (id.Variant & 0xC) != 0x8)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        long milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }

    /// <summary>A number in [0, 1) of a row: the same whenever it is asked for, independent of the share.</summary>
    public static double Uniform(Guid id, int row) => (Mix(Hash(id) + ((ulong)row * 0x9E3779B97F4A7C15)) >> 11) * (1.0 / (1UL << 53));

    // The same on every machine and in every process.
    private static ulong Hash(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Mix(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) ^ Mix(BinaryPrimitives.ReadUInt64BigEndian(bytes)));
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
