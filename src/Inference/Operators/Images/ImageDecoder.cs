using Inference.Operators.Images.Decoding;

namespace Inference.Operators.Images;

/// <summary>
/// An encoded image as pixels [H, W, 3] (RGB, BGR) or [H, W, 1] (Grayscale): JPEG, PNG, BMP, PNM and TIFF. Source: ONNX ImageDecoder, opset 20; JPEG 2000 and WebP of its
/// list are not read.
/// </summary>
internal sealed class ImageDecoder : Operator
{
    private readonly string _format;

    public ImageDecoder(Node node)
    {
        _format = node.Attributes.String("pixel_format", "RGB");
        if (_format is not ("RGB" or "BGR" or "Grayscale"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'pixel_format': expected RGB, BGR or Grayscale, got '{_format}'.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.UInt8, [Dimension.Unknown, Dimension.Unknown, Dimension.Fixed(_format == "Grayscale" ? 1 : 3)]);
    }

    public override void Run(KernelContext context)
    {
        byte[] data = context.Input(0).Span<byte>().ToArray();
        Pixels pixels = Decode(context, data);
        bool gray = _format == "Grayscale";
        Span<byte> y = context.Output(0, ElementType.UInt8, [pixels.Height, pixels.Width, gray ? 1 : 3]).Span<byte>();
        byte[] rgb = pixels.Data;
        for (int i = 0; i < pixels.Width * pixels.Height; i++)
        {
            (byte r, byte g, byte b) = (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
            if (gray)
            {
                // ITU-R 601 luma in 16-bit fixed point.
                y[i] = (byte)(((r * 19595) + (g * 38470) + (b * 7471) + 0x8000) >> 16);
            }
            else
            {
                (y[3 * i], y[(3 * i) + 1], y[(3 * i) + 2]) = _format == "RGB" ? (r, g, b) : (b, g, r);
            }
        }
    }

    private static Pixels Decode(KernelContext context, byte[] data)
    {
        try
        {
            return JpegDecoder.Recognizes(data) ? JpegDecoder.Decode(data, context.ThrowIfCancelled)
                : PngDecoder.Recognizes(data) ? PngDecoder.Decode(data)
                : BmpDecoder.Recognizes(data) ? BmpDecoder.Decode(data)
                : TiffDecoder.Recognizes(data) ? TiffDecoder.Decode(data)
                : PnmDecoder.Recognizes(data) ? PnmDecoder.Decode(data)
                : throw new FormatException("data of no known format");
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or IndexOutOfRangeException or OverflowException or InvalidDataException or EndOfStreamException)
        {
            throw context.Error($"input 0: expected a JPEG, PNG, BMP, TIFF or PNM image, got {(exception is FormatException ? exception.Message : "one that is damaged")}.");
        }
    }
}
