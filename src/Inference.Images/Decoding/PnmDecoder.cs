namespace Inference.Images.Decoding;

/// <summary>Portable bitmaps, graymaps and pixmaps, in text (P1 to P3) and binary (P4 to P6).</summary>
internal static class PnmDecoder
{
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.Length > 2 && data[0] == 'P' && data[1] is >= (byte)'1' and <= (byte)'6';

    public static Pixels Decode(ReadOnlySpan<byte> data, CancellationToken cancellationToken)
    {
        int kind = data[1] - '0';
        int at = 2;
        int width = Number(data, ref at);
        int height = Number(data, ref at);
        bool bitmap = kind is 1 or 4;
        int most = bitmap ? 1 : Number(data, ref at);
        if (most is < 1 or > 65535)
        {
            throw new FormatException($"a portable map with the maximum value {most}; expected 1 to 65535");
        }

        var pixels = new Pixels(width, height, 8L * data.Length);
        at += kind >= 4 ? 1 : 0;
        int channels = kind is 3 or 6 ? 3 : 1;
        Span<int> values = stackalloc int[3];
        for (int y = 0; y < height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rowStart = at;
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    int value = kind switch
                    {
                        1 => Bit(data, ref at),
                        4 => (data[rowStart + (x / 8)] >> (7 - (x % 8))) & 1,
                        < 4 => Number(data, ref at),
                        _ => most > 255 ? (data[at++] << 8) | data[at++] : data[at++],
                    };

                    // In bitmaps 1 is black.
                    values[c] = bitmap ? (value == 0 ? 255 : 0) : ((value * 255) + (most / 2)) / most;
                }

                pixels.Set(x, y, values[0], values[channels == 3 ? 1 : 0], values[channels == 3 ? 2 : 0]);
            }

            at += kind == 4 ? (width + 7) / 8 : 0;
        }

        return pixels;
    }

    private static int Bit(ReadOnlySpan<byte> data, ref int at)
    {
        Skip(data, ref at);
        return data[at++] - '0';
    }

    private static int Number(ReadOnlySpan<byte> data, ref int at)
    {
        Skip(data, ref at);
        int value = 0;
        int start = at;
        while (at < data.Length && data[at] is >= (byte)'0' and <= (byte)'9')
        {
            value = checked((value * 10) + data[at++] - '0');
        }

        return at > start ? value : throw new FormatException("a portable map with an incomplete header");
    }

    private static void Skip(ReadOnlySpan<byte> data, ref int at)
    {
        while (at < data.Length && (data[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'#'))
        {
            if (data[at] == '#')
            {
                while (at < data.Length && data[at] != '\n')
                {
                    at++;
                }
            }
            else
            {
                at++;
            }
        }
    }
}
