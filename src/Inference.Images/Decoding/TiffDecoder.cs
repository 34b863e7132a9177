using System.Buffers.Binary;
using System.IO.Compression;

namespace Inference.Images.Decoding;

/// <summary>TIFF in strips of 1 or 8 bits a channel: gray, palette and RGB; uncompressed, PackBits or Deflate. Source: TIFF 6.0.</summary>
internal static class TiffDecoder
{
    // Width, height, bits, compression, kind, offsets, channels, rows, lengths, planes, predictor, colours.
    private static readonly HashSet<int> s_known = [256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 320];

    public static bool Recognizes(ReadOnlySpan<byte> data) => data.Length > 8 && (data[..4].SequenceEqual("II*\0"u8) || data[..4].SequenceEqual("MM\0*"u8));

    public static Pixels Decode(ReadOnlySpan<byte> data, CancellationToken cancellationToken)
    {
        bool little = data[0] == 'I';
        var tags = new Dictionary<int, long[]>();
        int directory = (int)Number(data, 4, 4, little);
        int entries = (int)Number(data, directory, 2, little);
        for (int i = 0; i < entries; i++)
        {
            int at = directory + 2 + (i * 12);
            int tag = (int)Number(data, at, 2, little);
            if (!s_known.Contains(tag) || tags.ContainsKey(tag))
            {
                continue;
            }

            int size = Number(data, at + 2, 2, little) switch { 1 or 2 or 7 => 1, 3 => 2, 4 => 4, _ => 0 };
            long count = Number(data, at + 4, 4, little);
            if (size == 0 || count > data.Length)
            {
                continue;
            }

            int from = size * count <= 4 ? at + 8 : (int)Number(data, at + 8, 4, little);
            var values = new long[count];
            for (int k = 0; k < count; k++)
            {
                values[k] = Number(data, from + (k * size), size, little);
            }

            tags[tag] = values;
        }

        return Read(data, tags, cancellationToken);
    }

    private static Pixels Read(ReadOnlySpan<byte> data, Dictionary<int, long[]> tags, CancellationToken cancellationToken)
    {
        long One(int tag, long byDefault) => tags.TryGetValue(tag, out long[]? values) && values.Length > 0 ? values[0] : byDefault;
        var pixels = new Pixels(One(256, 0), One(257, 0), Pixels.MaxPerDeflatedByte * data.Length);
        int bits = (int)One(258, 1);
        int channels = (int)One(277, 1);
        int kind = (int)One(262, 1);
        long compression = One(259, 1);
        bool predicted = One(317, 1) == 2;
        long[] colors = tags.GetValueOrDefault(320) ?? [];
        if (bits is not (1 or 8) || kind is not (0 or 1 or 2 or 3) || compression is not (1 or 8 or 32946 or 32773) || One(284, 1) != 1 || !tags.TryGetValue(273, out long[]? offsets)
            || (kind == 2 && channels < 3) || channels is < 1 or > 8)
        {
            throw new FormatException($"a TIFF of {bits} bits, kind {kind} and compression {compression}; supported are strips of 1 or 8 bits, gray, palette or RGB, uncompressed, PackBits or Deflate");
        }

        long[] counts = tags.GetValueOrDefault(279) ?? [];
        int rows = (int)Math.Min(One(278, pixels.Height), pixels.Height);
        int stride = checked((int)((((long)pixels.Width * channels * bits) + 7) / 8));
        if (rows < 1)
        {
            throw new FormatException("a TIFF with strips without rows");
        }

        for (int strip = 0; strip < offsets.Length && (long)strip * rows < pixels.Height; strip++)
        {
            int first = strip * rows;
            int have = Math.Min(rows, pixels.Height - first);
            int length = strip < counts.Length ? (int)counts[strip] : data.Length - (int)offsets[strip];
            byte[] raw = Expand(data.Slice((int)offsets[strip], length), compression, checked(stride * have));
            for (int y = 0; y < have; y++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> row = raw.AsSpan(y * stride, stride);
                for (int i = channels; predicted && bits == 8 && i < row.Length; i++)
                {
                    row[i] += row[i - channels];
                }

                for (int x = 0; x < pixels.Width; x++)
                {
                    Put(pixels, x, first + y, row, channels, bits, kind, colors);
                }
            }
        }

        return pixels;
    }

    private static void Put(Pixels pixels, int x, int y, ReadOnlySpan<byte> row, int channels, int bits, int kind, long[] colors)
    {
        int value = bits == 8 ? row[x * channels] : ((row[x / 8] >> (7 - (x % 8))) & 1) * (kind == 3 ? 1 : 255);
        if (kind == 2)
        {
            pixels.Set(x, y, value, row[(x * channels) + 1], row[(x * channels) + 2]);
        }
        else if (kind == 3)
        {
            int count = colors.Length / 3;
            pixels.Set(x, y, (int)(colors[value] >> 8), (int)(colors[value + count] >> 8), (int)(colors[value + (2 * count)] >> 8));
        }
        else
        {
            value = kind == 0 ? 255 - value : value;
            pixels.Set(x, y, value, value, value);
        }
    }

    private static byte[] Expand(ReadOnlySpan<byte> strip, long compression, int size)
    {
        var result = new byte[size];
        if (compression == 1)
        {
            strip[..size].CopyTo(result);
        }
        else if (compression == 32773)
        {
            int to = 0;
            for (int at = 0; at < strip.Length && to < size;)
            {
                int code = (sbyte)strip[at++];
                if (code >= 0)
                {
                    strip.Slice(at, Math.Min(code + 1, size - to)).CopyTo(result.AsSpan(to));
                    at += code + 1;
                    to += code + 1;
                }
                else if (code != -128)
                {
                    result.AsSpan(to, Math.Min(1 - code, size - to)).Fill(strip[at++]);
                    to += 1 - code;
                }
            }
        }
        else
        {
            using var inflated = new ZLibStream(new MemoryStream(strip.ToArray()), CompressionMode.Decompress);
            inflated.ReadExactly(result);
        }

        return result;
    }

    private static long Number(ReadOnlySpan<byte> data, int at, int size, bool little) => size switch
    {
        1 => data[at],
        2 => little ? BinaryPrimitives.ReadUInt16LittleEndian(data[at..]) : BinaryPrimitives.ReadUInt16BigEndian(data[at..]),
        _ => little ? BinaryPrimitives.ReadUInt32LittleEndian(data[at..]) : BinaryPrimitives.ReadUInt32BigEndian(data[at..]),
    };
}
