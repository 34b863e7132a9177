using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Inference.Caching.SecondLevel;

/// <summary>The checksum of an entry of the second level: body ‖ XxHash128(key ‖ body). It tells damage and entries of other keys; it is no signature against who knows it.</summary>
internal static class EntrySeal
{
    private const int Length = 16;

    /// <summary>The body with its checksum behind it.</summary>
    public static byte[] Close(string key, ReadOnlySpan<byte> body)
    {
        byte[] value = new byte[body.Length + Length];
        body.CopyTo(value);
        BinaryPrimitives.WriteUInt128LittleEndian(value.AsSpan(body.Length), Of(key, body));
        return value;
    }

    /// <summary>The body, where the checksum is that of this body under this key.</summary>
    public static bool TryOpen(string key, byte[] value, out ArraySegment<byte> body)
    {
        body = value.Length < Length ? default : new ArraySegment<byte>(value, 0, value.Length - Length);
        return value.Length >= Length && BinaryPrimitives.ReadUInt128LittleEndian(value.AsSpan(body.Count)) == Of(key, body);
    }

    private static UInt128 Of(string key, ReadOnlySpan<byte> body)
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes(key.AsSpan()));
        hash.Append(body);
        return hash.GetCurrentHashAsUInt128();
    }
}
