using System.Buffers.Binary;

namespace Inference.Images.Decoding;

/// <summary>Uncompressed Windows bitmaps of 1, 4, 8, 24 and 32 bits a pixel.</summary>
internal static class BmpDecoder
{
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.Length > 30 && data[0] == 'B' && data[1] == 'M';

    public static Pixels Decode(ReadOnlySpan<byte> data, CancellationToken cancellationToken)
    {
        int start = BinaryPrimitives.ReadInt32LittleEndian(data[10..]);
        int header = BinaryPrimitives.ReadInt32LittleEndian(data[14..]);
        int width = BinaryPrimitives.ReadInt32LittleEndian(data[18..]);
        int height = BinaryPrimitives.ReadInt32LittleEndian(data[22..]);
        int bits = BinaryPrimitives.ReadInt16LittleEndian(data[28..]);
        int compression = header >= 40 ? BinaryPrimitives.ReadInt32LittleEndian(data[30..]) : 0;
        if (header < 40 || compression is not (0 or 3) || bits is not (1 or 4 or 8 or 24 or 32))
        {
            throw new FormatException($"a bitmap of {bits} bits with compression {compression}; supported are uncompressed bitmaps of 1, 4, 8, 24 and 32 bits");
        }

        var pixels = new Pixels(width, Math.Abs((long)height), 8L * data.Length);
        int stride = checked((int)(((((long)width * bits) + 31) / 32) * 4));
        ReadOnlySpan<byte> palette = data[(14 + header)..];
        for (int y = 0; y < pixels.Height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // A positive height means bottom row first.
            ReadOnlySpan<byte> row = data.Slice(start + ((height > 0 ? pixels.Height - 1 - y : y) * stride), stride);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> bgr = bits >= 24
                    ? row.Slice(x * (bits / 8), 3)
                    : palette.Slice(4 * ((row[x * bits / 8] >> (8 - bits - (x * bits % 8))) & ((1 << bits) - 1)), 3);
                pixels.Set(x, y, bgr[2], bgr[1], bgr[0]);
            }
        }

        return pixels;
    }
}
