using System.Buffers.Binary;
using System.IO.Compression;

namespace Inference.Images.Decoding;

/// <summary>PNG of every colour type and depth, interlaced or not; transparency is dropped. Source: PNG specification, third edition.</summary>
internal static class PngDecoder
{
    private static readonly (int X, int Y, int StepX, int StepY)[] s_passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public static bool Recognizes(ReadOnlySpan<byte> data) => data.Length > 33 && data[0] == 0x89 && data[1] == 'P' && data[2] == 'N' && data[3] == 'G';

    public static Pixels Decode(ReadOnlySpan<byte> data, CancellationToken cancellationToken)
    {
        var image = new PngImage
        {
            Pixels = new Pixels(BinaryPrimitives.ReadUInt32BigEndian(data[16..]), BinaryPrimitives.ReadUInt32BigEndian(data[20..]), Pixels.MaxPerDeflatedByte * data.Length),
            Depth = data[24],
            Color = data[25],
        };
        image.Channels = image.Color switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => throw new FormatException($"a PNG of colour type {image.Color}") };
        if (image.Depth is not (1 or 2 or 4 or 8 or 16))
        {
            throw new FormatException($"a PNG of {image.Depth} bits per channel");
        }

        using var compressed = new MemoryStream();
        int at = 8;
        while (at + 12 <= data.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(data[at..]);
            ReadOnlySpan<byte> type = data.Slice(at + 4, 4);
            if (length < 0 || at + 12L + length > data.Length)
            {
                throw new FormatException("a PNG whose chunk ends past the data");
            }

            ReadOnlySpan<byte> body = data.Slice(at + 8, length);
            if (type.SequenceEqual("PLTE"u8))
            {
                image.Palette = body.ToArray();
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                compressed.Write(body);
            }

            at += length + 12;
        }

        compressed.Position = 0;
        using var raw = new ZLibStream(compressed, CompressionMode.Decompress);
        if (data[28] == 0)
        {
            ReadPass(raw, image, (0, 0, 1, 1), cancellationToken);
        }
        else
        {
            foreach ((int, int, int, int) pass in s_passes)
            {
                ReadPass(raw, image, pass, cancellationToken);
            }
        }

        return image.Pixels;
    }

    private static void ReadPass(Stream raw, PngImage image, (int X, int Y, int StepX, int StepY) pass, CancellationToken cancellationToken)
    {
        int width = (image.Pixels.Width - pass.X + pass.StepX - 1) / pass.StepX;
        int height = (image.Pixels.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (width <= 0 || height <= 0)
        {
            return;
        }

        int bitsPerPixel = image.Channels * image.Depth;
        int stride = checked((int)((((long)width * bitsPerPixel) + 7) / 8));
        int back = Math.Max(1, bitsPerPixel / 8);
        var row = new byte[stride];
        var above = new byte[stride];
        for (int y = 0; y < height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int filter = raw.ReadByte();
            raw.ReadExactly(row);
            Unfilter(filter, row, above, back);
            for (int x = 0; x < width; x++)
            {
                image.Put(pass.X + (x * pass.StepX), pass.Y + (y * pass.StepY), row, x);
            }

            (row, above) = (above, row);
        }
    }

    private static void Unfilter(int filter, byte[] row, byte[] above, int back)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= back ? row[i - back] : 0;
            int up = above[i];
            int corner = i >= back ? above[i - back] : 0;
            int prediction = filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => Paeth(left, up, corner),
                _ => throw new FormatException($"a PNG with the filter {filter}"),
            };
            row[i] = (byte)(row[i] + prediction);
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int p = left + up - corner;
        (int a, int b, int c) = (Math.Abs(p - left), Math.Abs(p - up), Math.Abs(p - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
