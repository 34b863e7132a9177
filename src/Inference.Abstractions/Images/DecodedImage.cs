namespace Inference.Images;

/// <summary>The pixels of an image: [height, width, 3], 8 bits each of red, green and blue, row by row from the top.</summary>
public sealed class DecodedImage
{
    /// <summary>Creates an image that keeps a reference to its pixels.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="pixels">width · height · 3 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width or height is less than 1.</exception>
    /// <exception cref="ArgumentException">The number of bytes is not width · height · 3.</exception>
    public DecodedImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"Image of {width} × {height} pixels: expected {(long)width * height * 3} bytes, got {pixels.Length}. Pass three bytes for each pixel.", nameof(pixels));
        }

        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>The number of columns.</summary>
    public int Width { get; }

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>The red, green and blue values of each pixel, row-major.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }
}
