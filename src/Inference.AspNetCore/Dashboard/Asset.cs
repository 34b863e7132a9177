using System.IO.Compression;
using System.Security.Cryptography;

namespace Inference.AspNetCore.Dashboard;

/// <summary>A file of the pages, with its compressed form.</summary>
internal sealed class Asset
{
    public Asset(string type, byte[] bytes)
    {
        Type = type;
        Bytes = bytes;
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"";
        using var compressed = new MemoryStream();
        using (var encoder = new BrotliStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            encoder.Write(bytes);
        }

        Compressed = compressed.ToArray();
    }

    public string Type { get; }

    public byte[] Bytes { get; }

    /// <summary>The bytes in Brotli.</summary>
    public byte[] Compressed { get; }

    public string ETag { get; }
}
