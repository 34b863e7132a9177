namespace Inference.Images;

/// <summary>The pixels of an image: [height, width, 3], 8 bits each of red, green and blue, row by row from the top.</summary>
public sealed class DecodedImage
{
    /// <summary>Makes an image of its pixels, which it keeps.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="pixels">width · height · 3 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">There are more or fewer pixels than the sizes say.</exception>
    public DecodedImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"Image of {width} × {height} pixels: expected {(long)width * height * 3} bytes, got {pixels.Length}. Pass three for each pixel.", nameof(pixels));
        }

        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each pixel.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }
}
