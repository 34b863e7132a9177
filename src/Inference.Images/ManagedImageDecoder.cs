using Inference.Images.Decoding;

namespace Inference.Images;

/// <summary>
/// Decodes JPEG (sequential and progressive), PNG, BMP, TIFF and PNM in managed code: every access is bounds-checked, sizes are checked against what the data can contain before memory is
/// allocated, and an image has at most 2²⁸ pixels. Transparency is dropped. Stateless and thread-safe.
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
            // Exceptions caused by offsets and lengths in a damaged file.
            throw new FormatException("a damaged image", exception);
        }
    }

    private static Pixels Decode(ReadOnlySpan<byte> data, CancellationToken cancellationToken) =>
        JpegDecoder.Recognizes(data) ? JpegDecoder.Decode(data.ToArray(), cancellationToken)
        : PngDecoder.Recognizes(data) ? PngDecoder.Decode(data, cancellationToken)
        : BmpDecoder.Recognizes(data) ? BmpDecoder.Decode(data, cancellationToken)
        : TiffDecoder.Recognizes(data) ? TiffDecoder.Decode(data, cancellationToken)
        : PnmDecoder.Recognizes(data) ? PnmDecoder.Decode(data, cancellationToken)
        : throw new FormatException("data of an unknown format");
}
