namespace Inference.Operators.Images.Decoding;

/// <summary>A decoded image: 8 bits a channel, red, green, blue, row by row.</summary>
internal sealed class Pixels
{
    /// <summary>The most pixels an image may have.</summary>
    private const long MaxCount = 1L << 28;

    public Pixels(long width, long height)
    {
        if (width <= 0 || height <= 0 || width > int.MaxValue || height > int.MaxValue || width * height > MaxCount)
        {
            throw new FormatException($"an image of {width} × {height} pixels; sizes are above 0, and at most {MaxCount} pixels");
        }

        Width = (int)width;
        Height = (int)height;
        Data = new byte[width * height * 3];
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
