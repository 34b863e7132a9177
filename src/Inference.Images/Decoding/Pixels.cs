namespace Inference.Images.Decoding;

/// <summary>A decoded image: 8 bits a channel, red, green, blue, row by row.</summary>
internal sealed class Pixels
{
    /// <summary>The maximum number of pixels of an image: 768 MB, and counts that fit in an int.</summary>
    private const long MaxCount = 1L << 28;

    /// <summary>The maximum number of pixels per compressed byte: Deflate expands one byte to at most 1,032 bytes, of 8 pixels each.</summary>
    public const long MaxPerDeflatedByte = 8 * 1032;

    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="most">The maximum number of pixels that data of its length can contain.</param>
    /// <exception cref="FormatException">There are none, or too many.</exception>
    public Pixels(long width, long height, long most)
    {
        Check(width, height, most);
        Width = (int)width;
        Height = (int)height;
        Data = new byte[width * height * 3];
    }

    /// <summary>Checks a size before memory of that size is allocated.</summary>
    /// <exception cref="FormatException">There are no pixels, or too many.</exception>
    public static void Check(long width, long height, long most)
    {
        if (width <= 0 || height <= 0 || width > int.MaxValue || height > int.MaxValue || width * height > MaxCount)
        {
            throw new FormatException($"an image of {width} × {height} pixels; sizes must be greater than 0, with at most {MaxCount} pixels");
        }

        if (width * height > most)
        {
            throw new FormatException($"an image of {width} × {height} pixels, more than its data can contain");
        }
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Data { get; }

    public void Set(int x, int y, int r, int g, int b)
    {
        int at = ((y * Width) + x) * 3;
        Data[at] = (byte)r;
        Data[at + 1] = (byte)g;
        Data[at + 2] = (byte)b;
    }
}
