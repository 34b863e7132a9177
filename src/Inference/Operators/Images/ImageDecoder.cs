using Inference.Images;

namespace Inference.Operators.Images;

/// <summary>
/// An encoded image as pixels [H, W, 3] (RGB, BGR) or [H, W, 1] (Grayscale), by the decoder that the model was loaded with. Source: ONNX ImageDecoder, opset 20.
/// </summary>
internal sealed class ImageDecoder : Operator
{
    /// <summary>What to do where there is no decoder.</summary>
    public const string Missing = "ImageDecoder requires the package Inference.Images: add it and call services.AddImages(), or set ModelLoadOptions.Images to a ManagedImageDecoder.";

    private readonly string _format;
    private readonly IImageDecoder _decoder;

    public ImageDecoder(Node node, IImageDecoder? decoder)
    {
        _decoder = decoder ?? throw new ModelLoadException($"{node.Describe()}: expected an image decoder, got none. {Missing}");
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
        DecodedImage image = Decode(context, context.Input(0).Span<byte>().ToArray());
        bool gray = _format == "Grayscale";
        Span<byte> y = context.Output(0, ElementType.UInt8, [image.Height, image.Width, gray ? 1 : 3]).Span<byte>();
        ReadOnlySpan<byte> rgb = image.Pixels.Span;
        if (_format == "RGB")
        {
            rgb.CopyTo(y);
            return;
        }

        for (int i = 0; i < image.Width * image.Height; i++)
        {
            (byte r, byte g, byte b) = (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
            if (gray)
            {
                // ITU-R 601 luma in 16-bit fixed point.
                y[i] = (byte)(((r * 19595) + (g * 38470) + (b * 7471) + 0x8000) >> 16);
            }
            else
            {
                (y[3 * i], y[(3 * i) + 1], y[(3 * i) + 2]) = (b, g, r);
            }
        }
    }

    private DecodedImage Decode(KernelContext context, byte[] data)
    {
        try
        {
            return context.RunStoppable(token => _decoder.Decode(data, token));
        }
        catch (FormatException exception)
        {
            throw context.Error($"input 0: expected a {_decoder.Formats} image, got {exception.Message}.");
        }
    }
}
