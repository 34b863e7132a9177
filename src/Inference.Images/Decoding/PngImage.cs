namespace Inference.Images.Decoding;

/// <summary>What a PNG's header says, and the pixels read so far.</summary>
internal sealed class PngImage
{
    public required Pixels Pixels { get; init; }

    public required int Depth { get; init; }

    public required int Color { get; init; }

    public int Channels { get; set; }

    public byte[] Palette { get; set; } = [];

    /// <summary>Stores pixel <paramref name="x"/> of a row at its place in the image.</summary>
    public void Put(int column, int line, byte[] row, int x)
    {
        int first = Sample(row, x * Channels);
        switch (Color)
        {
            case 3:
                if (((first * 3) + 2) >= Palette.Length)
                {
                    throw new FormatException($"a PNG that uses colour {first} of a palette of {Palette.Length / 3}");
                }

                Pixels.Set(column, line, Palette[first * 3], Palette[(first * 3) + 1], Palette[(first * 3) + 2]);
                break;
            case 2 or 6:
                Pixels.Set(column, line, first, Sample(row, (x * Channels) + 1), Sample(row, (x * Channels) + 2));
                break;
            default:
                // Gray values of less than 8 bits are scaled to the full range.
                int gray = Depth < 8 ? first * 255 / ((1 << Depth) - 1) : first;
                Pixels.Set(column, line, gray, gray, gray);
                break;
        }
    }

    private int Sample(byte[] row, int index) => Depth switch
    {
        8 => row[index],
        16 => row[index * 2],
        _ => (row[index * Depth / 8] >> (8 - Depth - (index * Depth % 8))) & ((1 << Depth) - 1),
    };
}
