using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Transposition;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Volumes;

/// <summary>
/// A transposed f32 convolution of [N,C,D,H,W] volumes with constant weights [C, O/groups, KD, KH, KW]:
/// y[n,o, d·SD − Before + i·DD, h·SH − PadTop + j·DH, w·SW − PadLeft + k·DW] += x[n,c,d,h,w] · W[c,o,i,j,k]. The outputs of one remainder by the strides are a convolution
/// of stride 1 (<see cref="ConvolutionPhase"/>), so each product is made once and nothing is added up in memory. Immutable; any number of threads may run it. Source: ONNX ConvTranspose, opset 11.
/// </summary>
internal sealed unsafe class TransposedConvolutionF32 : IDisposable
{
    /// <summary>The largest product of a kernel's depth and the strides along height and width: so many convolutions are kept.</summary>
    public const int MaxConvolutions = 256;

    private const int PlaceWork = 8;

    private readonly ConvolutionGeometry _plane;
    private readonly DepthAxis _depth;

    // For each phase along the depth its kernel positions, and the input plane of each for its first output.
    private readonly int[][] _positions;
    private readonly int[][] _offsets;

    // [phase of height · StrideWidth + phase of width][phase of depth][kernel position]; an empty list where no kernel position takes part.
    private readonly ConvolutionF32[][][] _convolutions;

    private TransposedConvolutionF32(in ConvolutionGeometry plane, DepthAxis depth, ReadOnlySpan<float> weights)
    {
        _plane = plane;
        _depth = depth;
        _positions = new int[depth.Stride][];
        _offsets = new int[depth.Stride][];
        for (int phase = 0; phase < depth.Stride; phase++)
        {
            var z = new ConvolutionPhase(phase, depth.Kernel, depth.Stride, depth.Dilation, depth.Before);
            _positions[phase] = new int[z.Count];
            _offsets[phase] = new int[z.Count];
            for (int i = 0; i < z.Count; i++)
            {
                _positions[phase][i] = z.Last - (i * z.KernelStep);
                _offsets[phase][i] = z.Offset + (i * z.Dilation);
            }
        }

        _convolutions = new ConvolutionF32[plane.StrideHeight * plane.StrideWidth][][];
        for (int i = 0; i < _convolutions.Length; i++)
        {
            int phaseY = i / plane.StrideWidth;
            int phaseX = i % plane.StrideWidth;
            var y = new ConvolutionPhase(phaseY, plane.KernelHeight, plane.StrideHeight, plane.DilationHeight, plane.PadTop);
            var x = new ConvolutionPhase(phaseX, plane.KernelWidth, plane.StrideWidth, plane.DilationWidth, plane.PadLeft);
            _convolutions[i] = new ConvolutionF32[depth.Stride][];
            for (int p = 0; p < depth.Stride; p++)
            {
                int[] positions = y.Count == 0 || x.Count == 0 ? [] : _positions[p];
                _convolutions[i][p] = new ConvolutionF32[positions.Length];
                for (int k = 0; k < positions.Length; k++)
                {
                    _convolutions[i][p][k] = Part(positions[k], y, x, weights);
                }
            }
        }
    }

    /// <summary>Packs the weights.</summary>
    /// <param name="plane">Channels (C of x, O of y), groups, and the last two spatial axes; PadTop and PadLeft are what is cut off before the output.</param>
    /// <param name="depth">The first spatial axis.</param>
    /// <param name="weights">[C, O/groups, KD, KH, KW]; copied.</param>
    /// <returns>The convolution; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The sizes are inconsistent or the weights too few.</exception>
    public static TransposedConvolutionF32 Create(in ConvolutionGeometry plane, DepthAxis depth, ReadOnlySpan<float> weights)
    {
        plane.Validate();
        long needed = (long)plane.InChannels * plane.GroupOutChannels * depth.Kernel * plane.Taps;
        if (weights.Length < needed)
        {
            throw new ArgumentException($"Weights: expected {needed} elements, got {weights.Length}. Pass all of [C,O/groups,KD,KH,KW].", nameof(weights));
        }

        return new(in plane, depth, weights);
    }

    /// <summary>Whether so few convolutions do it that they may be kept.</summary>
    public static bool Suits(in ConvolutionGeometry plane, DepthAxis depth) => (long)depth.Kernel * plane.StrideHeight * plane.StrideWidth <= MaxConvolutions && depth.Stride <= MaxConvolutions;

    /// <summary>Runs it.</summary>
    /// <param name="x">[batch, C, D, H, W].</param>
    /// <param name="y">[batch, O, OD, OH, OW]; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Volumes.</param>
    /// <param name="from">Size of x.</param>
    /// <param name="to">Size of y, output padding included.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(float* x, float* y, int batch, VolumeSize from, VolumeSize to, float* bias, int maxThreads = 1)
    {
        nint inSize = from.Count * _plane.InChannels;
        nint outSize = to.Count * _plane.OutChannels;
        KernelAssert.Run(x, batch * inSize);
        KernelAssert.Run(y, batch * outSize);
        using var input = new AlignedScratch<float>(inSize);
        using var output = new AlignedScratch<float>(outSize);
        nint phasePlane = (nint)ConvolutionPhase.Outputs(to.Height, 0, _plane.StrideHeight) * ConvolutionPhase.Outputs(to.Width, 0, _plane.StrideWidth);
        using var part = new AlignedScratch<float>(IsWhole ? 0 : ConvolutionPhase.Outputs(to.Depth, 0, _depth.Stride) * phasePlane * _plane.OutChannels);
        for (int n = 0; n < batch; n++)
        {
            Transpose.Run(x + (n * inSize), input.Pointer, [_plane.InChannels, from.Count], [1, 0], sizeof(float), maxThreads);
            for (int p = 0; p < _depth.Stride; p++)
            {
                int planes = ConvolutionPhase.Outputs(to.Depth, p, _depth.Stride);
                for (int i = 0; i < _convolutions.Length && planes > 0; i++)
                {
                    ConvolutionF32[] convolutions = _convolutions[i][p];
                    int outHeight = ConvolutionPhase.Outputs(to.Height, i / _plane.StrideWidth, _plane.StrideHeight);
                    int outWidth = ConvolutionPhase.Outputs(to.Width, i % _plane.StrideWidth, _plane.StrideWidth);
                    if (outHeight == 0 || outWidth == 0)
                    {
                        continue;
                    }

                    if (convolutions.Length == 0)
                    {
                        Place(null, output.Pointer, to, p, planes, i, bias);
                        continue;
                    }

                    var sums = new PlaneSums
                    {
                        X = input.Pointer, Depth = from.Depth, Height = from.Height, Width = from.Width, Step = 1, Y = IsWhole ? output.Pointer : part.Pointer, Planes = planes,
                        OutHeight = outHeight, OutWidth = outWidth, Bias = bias,
                        MaxThreads = maxThreads,
                    };
                    sums.Run(convolutions, _offsets[p]);
                    if (!IsWhole)
                    {
                        Place(part.Pointer, output.Pointer, to, p, planes, i, null);
                    }
                }
            }

            Transpose.Run(output.Pointer, y + (n * outSize), [to.Count, _plane.OutChannels], [1, 0], sizeof(float), maxThreads);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the weights. No call may use it any more.</summary>
    public void Dispose()
    {
        Array.ForEach(_convolutions, phases => Array.ForEach(phases, positions => Array.ForEach(positions, c => c.Dispose())));
    }

    // Whether one phase is all.
    private bool IsWhole => _depth.Stride == 1 && _convolutions.Length == 1;

    // The pixels of a phase, or the bias, to their places.
    private void Place(float* from, float* output, VolumeSize size, int phase, int planes, int index, float* bias)
    {
        int channels = _plane.OutChannels;
        int phaseY = index / _plane.StrideWidth;
        int phaseX = index % _plane.StrideWidth;
        nint step = (nint)_plane.StrideWidth * channels;
        var work = default(WorkCounter);
        for (int q = 0; q < planes; q++)
        {
            for (int oy = phaseY; oy < size.Height; oy += _plane.StrideHeight)
            {
                float* to = output + ((((((phase + ((nint)q * _depth.Stride)) * size.Height) + oy) * size.Width) + phaseX) * channels);
                for (int ox = phaseX; ox < size.Width; ox += _plane.StrideWidth, to += step)
                {
                    work.Add(PlaceWork + channels);
                    if (from == null)
                    {
                        BiasRows.Fill(to, 1, channels, bias);
                        continue;
                    }

                    new ReadOnlySpan<float>(from, channels).CopyTo(new Span<float>(to, channels));
                    from += channels;
                }
            }
        }
    }

    // The convolution of one kernel position along the depth and one phase of the plane. How many outputs it has is said when it runs.
    private ConvolutionF32 Part(int position, ConvolutionPhase y, ConvolutionPhase x, ReadOnlySpan<float> weights)
    {
        ConvolutionGeometry geometry = new()
        {
            InChannels = _plane.InChannels,
            OutChannels = _plane.OutChannels,
            Groups = _plane.Groups,
            KernelHeight = y.Count,
            KernelWidth = x.Count,
            DilationHeight = y.Dilation,
            DilationWidth = x.Dilation,
            PadTop = -y.Offset,
            PadLeft = -x.Offset,
        };
        var part = new float[_plane.OutChannels * _plane.GroupInChannels * y.Count * x.Count];
        int at = 0;
        for (int o = 0; o < _plane.OutChannels; o++)
        {
            int group = o / _plane.GroupOutChannels;
            for (int c = 0; c < _plane.GroupInChannels; c++)
            {
                int filter = ((((group * _plane.GroupInChannels) + c) * _plane.GroupOutChannels) + (o % _plane.GroupOutChannels)) * _depth.Kernel + position;
                for (int j = 0; j < y.Count; j++)
                {
                    for (int i = 0; i < x.Count; i++)
                    {
                        int row = y.Last - (j * y.KernelStep);
                        int column = x.Last - (i * x.KernelStep);
                        part[at++] = weights[(((filter * _plane.KernelHeight) + row) * _plane.KernelWidth) + column];
                    }
                }
            }
        }

        return ConvolutionF32.Create(in geometry, part, TensorLayout.Nhwc);
    }
}
