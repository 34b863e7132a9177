using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Memory;
using Inference.Kernels.Transposition;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Volumes;

/// <summary>
/// A 3-D f32 convolution of [N,C,D,H,W] volumes with constant weights, by 2-D convolutions of planes: see <see cref="PlaneSums"/>. Where only the depth has a neighbourhood, a plane is one row and the
/// volume an image. The error is that of the sums of <see cref="ConvolutionF32"/>, added over the depth of the kernel. Immutable; any number of threads may run it. Source: ONNX Conv, opset 11.
/// </summary>
internal sealed unsafe class VolumeConvolutionF32 : IDisposable
{
    private readonly ConvolutionGeometry _plane;
    private readonly DepthAxis _depth;
    private readonly bool _isImage;
    private readonly ConvolutionF32[] _convolutions;

    // The input plane of output plane 0 for each kernel position along the depth.
    private readonly int[] _offsets;

    private VolumeConvolutionF32(in ConvolutionGeometry plane, DepthAxis depth, ReadOnlySpan<float> weights)
    {
        _plane = plane;
        _depth = depth;
        _isImage = plane.IsPointwise;
        _offsets = new int[depth.Kernel];
        for (int k = 0; k < depth.Kernel; k++)
        {
            _offsets[k] = (k * depth.Dilation) - depth.Before;
        }

        if (_isImage)
        {
            ConvolutionGeometry image = plane with
            {
                KernelHeight = depth.Kernel, StrideHeight = depth.Stride, DilationHeight = depth.Dilation, PadTop = depth.Before, PadBottom = depth.After,
            };
            _convolutions = [ConvolutionF32.Create(in image, weights, TensorLayout.Nhwc)];
            return;
        }

        int filters = plane.OutChannels * plane.GroupInChannels;
        int taps = plane.Taps;
        var part = new float[filters * taps];
        _convolutions = new ConvolutionF32[depth.Kernel];
        for (int k = 0; k < depth.Kernel; k++)
        {
            for (int f = 0; f < filters; f++)
            {
                weights.Slice(((f * depth.Kernel) + k) * taps, taps).CopyTo(part.AsSpan(f * taps));
            }

            _convolutions[k] = ConvolutionF32.Create(in plane, part, TensorLayout.Nhwc);
        }
    }

    /// <summary>Packs the weights.</summary>
    /// <param name="plane">Sizes of the last two spatial axes, channels and groups.</param>
    /// <param name="depth">The first spatial axis.</param>
    /// <param name="weights">[O, C/groups, KD, KH, KW]; copied.</param>
    /// <returns>The convolution; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The sizes are inconsistent or the weights too few.</exception>
    public static VolumeConvolutionF32 Create(in ConvolutionGeometry plane, DepthAxis depth, ReadOnlySpan<float> weights)
    {
        plane.Validate();
        long needed = (long)plane.OutChannels * plane.GroupInChannels * depth.Kernel * plane.Taps;
        if (weights.Length < needed)
        {
            throw new ArgumentException($"Weights: expected {needed} elements, got {weights.Length}. Pass all of [O,C/groups,KD,KH,KW].", nameof(weights));
        }

        return new(in plane, depth, weights);
    }

    /// <summary>Runs the convolution.</summary>
    /// <param name="x">[batch, C, depth, height, width].</param>
    /// <param name="y">[batch, O, OD, OH, OW]; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Volumes.</param>
    /// <param name="depth">Input planes.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="activation">Applied last.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(float* x, float* y, int batch, int depth, int height, int width, float* bias, in Activation activation, int maxThreads = 1)
    {
        int planes = _depth.Output(depth);
        nint inVolume = (nint)depth * height * width;
        nint outVolume = (nint)planes * _plane.OutputHeight(height) * _plane.OutputWidth(width);
        nint inSize = inVolume * _plane.InChannels;
        nint outSize = outVolume * _plane.OutChannels;
        KernelAssert.Run(x, batch * inSize);
        KernelAssert.Run(y, batch * outSize);
        if (outVolume == 0)
        {
            return;
        }

        using var input = new AlignedScratch<float>(inSize);
        using var output = new AlignedScratch<float>(outSize);
        for (int n = 0; n < batch; n++)
        {
            Transpose.Run(x + (n * inSize), input.Pointer, [_plane.InChannels, inVolume], [1, 0], sizeof(float), maxThreads);
            if (_isImage)
            {
                var epilogue = new ConvolutionEpilogue { Bias = bias, Activation = activation };
                _convolutions[0].Run(input.Pointer, output.Pointer, 1, depth, checked(height * width), in epilogue, maxThreads);
            }
            else
            {
                var sums = new PlaneSums
                {
                    X = input.Pointer, Depth = depth, Height = height, Width = width, Step = _depth.Stride, Y = output.Pointer, Planes = planes,
                    OutHeight = _plane.OutputHeight(height), OutWidth = _plane.OutputWidth(width), Bias = bias, MaxThreads = maxThreads,
                };
                sums.Run(_convolutions, _offsets);
                Activations.Apply(in activation, output.Pointer, output.Pointer, outSize);
            }

            Transpose.Run(output.Pointer, y + (n * outSize), [outVolume, _plane.OutChannels], [1, 0], sizeof(float), maxThreads);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the packed weights. No call may use the convolution any more.</summary>
    public void Dispose()
    {
        foreach (ConvolutionF32 convolution in _convolutions)
        {
            convolution.Dispose();
        }
    }
}
