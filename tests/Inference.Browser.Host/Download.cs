using System.IO.Compression;

namespace Inference.Browser.Host;

/// <summary>What a page downloads, compressed as a server of static files would do once.</summary>
internal static class Download
{
    /// <summary>Bytes of files after compression with Brotli at its best.</summary>
    public static long Compressed(IEnumerable<string> files) => files.AsParallel().Sum(static file => Compressed(File.ReadAllBytes(file)));

    private static long Compressed(byte[] content)
    {
        var to = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
        return BrotliEncoder.TryCompress(content, to, out int written, quality: 11, window: 24) ? Math.Min(written, content.Length) : content.Length;
    }
}
