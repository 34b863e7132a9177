using Inference.Kernels.Convolution;
using Inference.Kernels.Tests.Covering;

namespace Inference.Kernels.Tests.Convolution;

/// <summary>The options of a window over an image.</summary>
internal sealed class GeometryCase
{
    private readonly Option<(int In, int Out, int Groups)> _channels;
    private readonly Option<(int Height, int Width)> _kernel;
    private readonly Option<int> _strideHeight;
    private readonly Option<int> _strideWidth;
    private readonly Option<int> _dilationHeight;
    private readonly Option<int> _dilationWidth;
    private readonly Option<string> _padding;
    private readonly Option<(int Height, int Width)> _image;
    private readonly Option<int> _batch;

    public GeometryCase(OptionSpace space, params (int In, int Out, int Groups)[] channels)
        : this(space, [(1, 1), (3, 3), (1, 5), (5, 2), (5, 5), (7, 1)], channels)
    {
    }

    public GeometryCase(OptionSpace space, (int Height, int Width)[] kernels, params (int In, int Out, int Groups)[] channels)
    {
        _channels = space.Add("channels", channels);
        _kernel = space.Add("kernel", kernels);
        _strideHeight = space.Add("stride h", 1, 2, 3);
        _strideWidth = space.Add("stride w", 1, 2, 3);
        _dilationHeight = space.Add("dilation h", 1, 2);
        _dilationWidth = space.Add("dilation w", 1, 2);
        _padding = space.Add("padding", "none", "same", "uneven", "wide", "end");
        _image = space.Add("image", (13, 14), (14, 33), (21, 11), (24, 29));
        _batch = space.Add("batch", 1, 2, 3);
    }

    public int Batch => _batch.Value;

    public int Height => _image.Value.Height;

    public int Width => _image.Value.Width;

    public ConvolutionGeometry Geometry
    {
        get
        {
            (int kh, int kw) = _kernel.Value;
            (int top, int left, int bottom, int right) = _padding.Value switch
            {
                "none" => (0, 0, 0, 0),
                "same" => (kh / 2, kw / 2, kh / 2, kw / 2),
                "uneven" => (1, 2, 0, 1),
                "wide" => (kh + 1, kw + 2, kh, kw),
                _ => (0, 0, 2, 1),
            };
            return new ConvolutionGeometry
            {
                InChannels = _channels.Value.In,
                OutChannels = _channels.Value.Out,
                Groups = _channels.Value.Groups,
                KernelHeight = kh,
                KernelWidth = kw,
                StrideHeight = _strideHeight.Value,
                StrideWidth = _strideWidth.Value,
                DilationHeight = _dilationHeight.Value,
                DilationWidth = _dilationWidth.Value,
                PadTop = top,
                PadLeft = left,
                PadBottom = bottom,
                PadRight = right,
            };
        }
    }
}
