using Inference.Kernels.Convolution.Volumes;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Windows;

namespace Inference.Operators.Convolution;

/// <summary>Y = activation(conv(X, W) + B) of volumes X[N, C, D, H, W] with constant f32 weights.</summary>
internal sealed unsafe class VolumeKernel : Kernel
{
    // Kernel positions along the depth, of which each has a convolution of its own: beyond those of video and volume models.
    private const int MaxDepthPositions = 64;

    private readonly VolumeConvolutionF32 _convolution;
    private readonly Activation _activation;

    private VolumeKernel(VolumeConvolutionF32 convolution, Activation activation)
    {
        _convolution = convolution;
        _activation = activation;
    }

    /// <summary>A kernel for volumes; null for other tensors, for weights that are computed, and with an addend.</summary>
    public static VolumeKernel? TryCreate(PrepareContext context, WindowAttributes window, long group, Activation activation)
    {
        if (context.Constant(1) is not { Type: ElementType.Float32, Rank: 5, Count: > 0 } w || context.InputType(0) != ElementType.Float32 || context.HasInput(3) || w.Dims[2] > MaxDepthPositions
            || TensorShape.Count(context.InputDims(0)) == 0 || TensorShape.Count(context.InputDims(0)[2..]) > int.MaxValue || TensorShape.Count(context.OutputDims(0)[2..]) > int.MaxValue)
        {
            return null;
        }

        ReadOnlySpan<long> sizes = context.InputDims(0)[2..];
        Span<long> before = stackalloc long[3];
        Span<long> after = stackalloc long[3];
        for (int i = 0; i < 3; i++)
        {
            window.Resolve(i, 3, sizes[i], w.Dims[i + 2], out before[i], out after[i]);
        }

        var depth = new DepthAxis((int)w.Dims[2], (int)window.Stride(0), (int)window.Dilation(0), (int)before[0], (int)after[0]);
        var plane = new ConvolutionGeometry
        {
            InChannels = checked((int)context.InputDims(0)[1]),
            OutChannels = checked((int)w.Dims[0]),
            Groups = checked((int)group),
            KernelHeight = checked((int)w.Dims[3]),
            KernelWidth = checked((int)w.Dims[4]),
            StrideHeight = (int)window.Stride(1),
            StrideWidth = (int)window.Stride(2),
            DilationHeight = (int)window.Dilation(1),
            DilationWidth = (int)window.Dilation(2),
            PadTop = (int)before[1],
            PadBottom = (int)after[1],
            PadLeft = (int)before[2],
            PadRight = (int)after[2],
        };
        return new(context.Shared(1, new VolumeForm(plane, depth), () => VolumeConvolutionF32.Create(in plane, depth, w.Span<float>())), activation);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        float* bias = context.OptionalInput(2) is { } b ? (float*)b.Data : null;
        _convolution.Run((float*)x.Data, (float*)context.Output(0).Data, (int)x.Dims[0], (int)x.Dims[2], (int)x.Dims[3], (int)x.Dims[4], bias, in _activation, context.Threads);
    }

    private sealed record VolumeForm(ConvolutionGeometry Plane, DepthAxis Depth) : PackedForm<VolumeConvolutionF32>;
}
