using Inference.Kernels.Convolution.Volumes;
using Inference.Kernels.Windows;

namespace Inference.Operators.Convolution;

/// <summary>The transposed convolution of X[N, C, spatial..], of one to three spatial axes, with constant f32 weights.</summary>
internal sealed unsafe class TransposedKernel : Kernel
{
    // One of the two.
    private readonly TransposedConvolutionF32? _convolution;
    private readonly ScatteredConvolutionF32? _scattered;
    private readonly int _biasInput;

    private TransposedKernel(TransposedConvolutionF32? convolution, ScatteredConvolutionF32? scattered, int biasInput)
    {
        _convolution = convolution;
        _scattered = scattered;
        _biasInput = biasInput;
    }

    /// <summary>A kernel for fixed sizes; null for other types and ranks, and for weights that are computed.</summary>
    /// <param name="context">The node.</param>
    /// <param name="window">Strides and dilations.</param>
    /// <param name="group">Groups.</param>
    /// <param name="before">What is cut off before the output, for each spatial axis.</param>
    /// <param name="biasInput">The input that is the bias.</param>
    public static TransposedKernel? TryCreate(PrepareContext context, WindowAttributes window, long group, ReadOnlySpan<long> before, int biasInput)
    {
        ReadOnlySpan<long> y = context.OutputDims(0);
        if (context.Constant(1) is not { Type: ElementType.Float32, Rank: >= 3 and <= 5, Count: > 0 } w || context.InputType(0) != ElementType.Float32 || TensorShape.Count(y) == 0 || TensorShape.Count(context.InputDims(0)) == 0
            || TensorShape.Count(context.InputDims(0)[2..]) > int.MaxValue || TensorShape.Count(y[2..]) > int.MaxValue)
        {
            return null;
        }

        ReadOnlySpan<long> x = context.InputDims(0);
        int spatial = w.Rank - 2;
        var depth = spatial == 3 ? new DepthAxis((int)w.Dims[2], (int)window.Stride(0), (int)window.Dilation(0), (int)before[0], 0) : DepthAxis.None;
        bool hasHeight = spatial >= 2;
        var plane = new ConvolutionGeometry
        {
            InChannels = checked((int)x[1]),
            OutChannels = checked((int)y[1]),
            Groups = checked((int)group),
            KernelHeight = hasHeight ? checked((int)w.Dims[^2]) : 1,
            KernelWidth = checked((int)w.Dims[^1]),
            StrideHeight = hasHeight ? (int)window.Stride(spatial - 2) : 1,
            StrideWidth = (int)window.Stride(spatial - 1),
            DilationHeight = hasHeight ? (int)window.Dilation(spatial - 2) : 1,
            DilationWidth = (int)window.Dilation(spatial - 1),
            PadTop = hasHeight ? (int)before[^2] : 0,
            PadLeft = (int)before[^1],
        };
        if (ScatteredConvolutionF32.Suits(in plane, depth, Size(x).Count, Size(y).Count))
        {
            return new(null, context.Shared(1, new ScatteredForm(plane, depth), () => ScatteredConvolutionF32.Create(in plane, depth, w.Span<float>())), biasInput);
        }

        return TransposedConvolutionF32.Suits(in plane, depth)
            ? new(context.Shared(1, new TransposedForm(plane, depth), () => TransposedConvolutionF32.Create(in plane, depth, w.Span<float>())), null, biasInput)
            : null;
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        float* bias = context.OptionalInput(_biasInput) is { } b ? (float*)b.Data : null;
        _convolution?.Run((float*)x.Data, (float*)y.Data, (int)x.Dims[0], Size(x.Dims), Size(y.Dims), bias, context.Threads);
        _scattered?.Run((float*)x.Data, (float*)y.Data, (int)x.Dims[0], Size(x.Dims), Size(y.Dims), bias, context.Threads);
    }

    private static VolumeSize Size(ReadOnlySpan<long> dims) => new(dims.Length > 4 ? (int)dims[^3] : 1, dims.Length > 3 ? (int)dims[^2] : 1, (int)dims[^1]);

    private sealed record ScatteredForm(ConvolutionGeometry Plane, DepthAxis Depth) : PackedForm<ScatteredConvolutionF32>;

    private sealed record TransposedForm(ConvolutionGeometry Plane, DepthAxis Depth) : PackedForm<TransposedConvolutionF32>;
}
