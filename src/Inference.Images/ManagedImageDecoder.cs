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
    public DecodedImage Decode(ReadOnlyMemory<byte> encoded, Action checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        try
        {
            Pixels pixels = Decode(encoded.Span, checkpoint);
            return new(pixels.Width, pixels.Height, pixels.Data);
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException or OverflowException or InvalidDataException or EndOfStreamException)
        {
            // What a damaged file makes of offsets and lengths.
            throw new FormatException("one that is damaged", exception);
        }
    }

    /// <summary>Decodes an image; see <see cref="Decode(ReadOnlyMemory{byte}, Action)"/>.</summary>
    /// <param name="encoded">The file's bytes; read during the call alone.</param>
    /// <param name="cancellationToken">Stops it within some milliseconds of work.</param>
    /// <exception cref="FormatException">The bytes are no image of these formats, or a damaged one.</exception>
    public DecodedImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken = default) => Decode(encoded, cancellationToken.ThrowIfCancellationRequested);

    private static Pixels Decode(ReadOnlySpan<byte> data, Action checkpoint) =>
        JpegDecoder.Recognizes(data) ? JpegDecoder.Decode(data.ToArray(), checkpoint)
        : PngDecoder.Recognizes(data) ? PngDecoder.Decode(data, checkpoint)
        : BmpDecoder.Recognizes(data) ? BmpDecoder.Decode(data, checkpoint)
        : TiffDecoder.Recognizes(data) ? TiffDecoder.Decode(data, checkpoint)
        : PnmDecoder.Recognizes(data) ? PnmDecoder.Decode(data, checkpoint)
        : throw new FormatException("data of no known format");
}
