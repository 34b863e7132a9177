using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Quantized;

/// <summary>
/// An [N,H,W,C] image of bytes with its padding written out, in the form that integer tiles read (see <see cref="RowForms"/>): the windows of
/// all output pixels are then runs of its rows, at places that need no test.
/// </summary>
internal readonly unsafe struct PaddedImage
{
    // Tiles read whole steps, so up to three values behind the last pixel.
    private const nint Slack = 64;

    public PaddedImage(in ConvolutionGeometry g, int batch, int height, int width, int valuesPerStep)
    {
        Batch = batch;
        Height = height;
        Width = width;
        PaddedHeight = height + g.PadTop + g.PadBottom;
        PaddedWidth = width + g.PadLeft + g.PadRight;
        ValuesPerStep = valuesPerStep;
        PixelBytes = (nint)g.InChannels * (4 / valuesPerStep);
    }

    public int Batch { get; }

    public int Height { get; }

    public int Width { get; }

    public int PaddedHeight { get; }

    public int PaddedWidth { get; }

    public int ValuesPerStep { get; }

    /// <summary>Bytes of one pixel.</summary>
    public nint PixelBytes { get; }

    /// <summary>Bytes of one row.</summary>
    public nint RowBytes => PaddedWidth * PixelBytes;

    /// <summary>Bytes of all images and of what may be read behind them.</summary>
    public nint ByteLength => (Batch * PaddedHeight * RowBytes) + Slack;

    /// <summary>Writes it.</summary>
    /// <param name="g">Sizes.</param>
    /// <param name="x">The image as it is.</param>
    /// <param name="signed">Whether it is s8; such values are stored plus 128.</param>
    /// <param name="zero">What padding holds: the zero point as stored.</param>
    /// <param name="to">Room for <see cref="ByteLength"/>.</param>
    public void Fill(in ConvolutionGeometry g, byte* x, bool signed, int zero, byte* to)
    {
        nint left = g.PadLeft * PixelBytes;
        nint right = g.PadRight * PixelBytes;
        nint values = (nint)Width * g.InChannels;
        nint inner = Width * PixelBytes;
        for (int n = 0; n < Batch; n++)
        {
            to = Pad(to, g.PadTop * RowBytes, zero);
            for (int y = 0; y < Height; y++, x += values)
            {
                to = Pad(to, left, zero);
                RowForms.Convert(x, signed, values, to, inner, ValuesPerStep);
                to = Pad(to + inner, right, zero);
            }

            to = Pad(to, g.PadBottom * RowBytes, zero);
        }

        Pad(to, Slack, 0);
    }

    private byte* Pad(byte* to, nint bytes, int zero)
    {
        if (ValuesPerStep == 4)
        {
            Unsafe.InitBlockUnaligned(to, (byte)zero, (uint)bytes);
        }
        else
        {
            new Span<short>(to, (int)(bytes / 2)).Fill((short)zero);
        }

        return to + bytes;
    }
}
