using Inference.Kernels.Convolution;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Windows;

namespace Inference.Operators.Convolution;

/// <summary>Y = activation(conv(X, W) + B + Z) of images X[N, C, spatial..] in their declared order with constant f32 weights, one or two spatial axes.</summary>
internal sealed unsafe class PlanarKernel : Kernel
{
    private readonly ConvolutionF32 _convolution;
    private readonly Activation _activation;

    private PlanarKernel(ConvolutionF32 convolution, Activation activation)
    {
        _convolution = convolution;
        _activation = activation;
    }

    /// <summary>A kernel for images; null for other tensors, for weights that are computed, and for weights that are not one filter for each channel.</summary>
    public static PlanarKernel? TryCreate(PrepareContext context, WindowAttributes window, long group, Activation activation)
    {
        if (context.Constant(1) is not { Type: ElementType.Float32, Rank: 3 or 4, Count: > 0 } w || context.InputType(0) != ElementType.Float32
            || context.InputDims(0)[1] != group || w.Dims[0] != group || TensorShape.Count(context.InputDims(0)) == 0)
        {
            return null;
        }

        ConvolutionGeometry geometry = NhwcWindow.Geometry(window, context.InputDims(0), w.Dims[2..], checked((int)w.Dims[0]), checked((int)group), planar: true);
        var form = new ConvolutionForm(geometry, TensorLayout.Nchw, 0, 0);
        return new(context.Shared(1, form, () => ConvolutionF32.Create(in geometry, w.Span<float>(), TensorLayout.Nchw)), activation);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        ReadOnlySpan<long> sizes = x.Dims[2..];
        var epilogue = new ConvolutionEpilogue
        {
            Bias = context.OptionalInput(2) is { } bias ? (float*)bias.Data : null,
            Residual = context.OptionalInput(3) is { } addend ? (float*)addend.Data : null,
            Activation = _activation,
        };
        _convolution.Run((float*)x.Data, (float*)context.Output(0).Data, (int)x.Dims[0], sizes.Length == 2 ? (int)sizes[0] : 1, (int)sizes[^1], in epilogue, context.Threads);
    }
}
