using Inference.Images.Decoding;

namespace Inference.Images;

/// <summary>
/// Decodes JPEG (sequential and progressive), PNG, BMP, TIFF and PNM in managed code: every access is checked, sizes are held against what the data can contain before anything of that size is
/// made, and an image has at most 2²⁸ pixels. Transparency is dropped. Holds nothing; thread-safe.
/// </summary>
public sealed class ManagedImageDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public string Formats => "JPEG, PNG, BMP, TIFF or PNM";

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken = default)
    {
        try
        {
            Pixels pixels = Decode(encoded.Span, cancellationToken);
            return new(pixels.Width, pixels.Height, pixels.Data);
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException or OverflowException or InvalidDataException or EndOfStreamException)
        {
            // What a damaged file makes of offsets and lengths.
            throw new FormatException("one that is damaged", exception);
        }
    }

    private static Pixels Decode(ReadOnlySpan<byte> data, CancellationToken cancellationToken) =>
        JpegDecoder.Recognizes(data) ? JpegDecoder.Decode(data.ToArray(), cancellationToken)
        : PngDecoder.Recognizes(data) ? PngDecoder.Decode(data, cancellationToken)
        : BmpDecoder.Recognizes(data) ? BmpDecoder.Decode(data, cancellationToken)
        : TiffDecoder.Recognizes(data) ? TiffDecoder.Decode(data, cancellationToken)
        : PnmDecoder.Recognizes(data) ? PnmDecoder.Decode(data, cancellationToken)
        : throw new FormatException("data of no known format");
}
