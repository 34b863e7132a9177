using System.Buffers;
using System.Text;

namespace Inference.Versioning.Routing;

/// <summary>
/// The routing hash, identical in every process, machine and release: FNV-1a (64 bits) over the UTF-8 bytes of the salt, a zero byte and the UTF-8 bytes of the
/// key, followed by the finaliser of splitmix64, because FNV alone mixes its high bits too little.
/// </summary>
internal static class StableHash
{
    private const ulong Offset = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    /// <summary>Computes the hash, 64 bits.</summary>
    public static ulong Compute(string salt, string key)
    {
        ArgumentNullException.ThrowIfNull(salt);
        ArgumentNullException.ThrowIfNull(key);
        ulong hash = Add(Offset, salt);
        hash *= Prime; // the zero byte: x ^ 0 = x
        hash = Add(hash, key);
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }

    /// <summary>Computes the hash as a share: its 53 high bits ÷ 2^53, 0 ≤ share &lt; 1. A key belongs to the first p percent if share · 100 &lt; p, so raising p keeps all keys that already belonged.</summary>
    public static double Share(string salt, string key) => (Compute(salt, key) >> 11) * (1.0 / (1UL << 53));

    private static ulong Add(ulong hash, string text)
    {
        int max = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = max > 512 ? ArrayPool<byte>.Shared.Rent(max) : null;
        Span<byte> bytes = rented ?? stackalloc byte[512];
        int count = Encoding.UTF8.GetBytes(text, bytes);
        for (int i = 0; i < count; i++)
        {
            hash = (hash ^ bytes[i]) * Prime;
        }

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }
}
