using Inference.Kernels.Convolution;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;
using Inference.Operators.Fused;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Y (int32) = conv(X − zero_X, W − zero_W) on [N, C, spatial..] with constant W packed once; inputs (X, W, zero_X, zero_W).</summary>
internal sealed unsafe class PackedIntegerConv(QuantizedConvolution convolution) : Kernel
{
    /// <summary>A packed kernel where W and its zero points are constant and there are one or two spatial axes; null otherwise.</summary>
    public static PackedIntegerConv? TryCreate(PrepareContext context, WindowAttributes window, long group)
    {
        ReadOnlySpan<long> x = context.InputDims(0);
        if (context.Constant(1) is not { Rank: 3 or 4, Count: > 0 } w || (context.HasInput(2) && TensorShape.Count(context.InputDims(2)) != 1)
            || (context.HasInput(3) && context.Constant(3) is not { Rank: <= 1 }))
        {
            return null;
        }

        int[] zeros = context.HasInput(3) ? Array.ConvertAll(context.Constant(3)!.ToInt64Array(), v => (int)v) : [];
        if (zeros.Length > 1 && zeros.Length != w.Dims[0])
        {
            return null;
        }

        long[] last = [x[0], .. x[2..], x[1]];
        ConvolutionGeometry geometry = NhwcWindow.Geometry(window, last, w.Dims[2..], checked((int)w.Dims[0]), checked((int)group));
        return new(context.Shared(1, QuantizedConvolutionForm.Of(in geometry, context.HasInput(3) ? context.Constant(3) : null), () => QuantizedConvolution.Create(in geometry, w.Data, w.Type == ElementType.Int8, zeros)));
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        ReadOnlySpan<long> dims = x.Dims;
        bool signed = x.Type == ElementType.Int8;
        int zero = context.OptionalInput(2) is { } z ? (int)Scalars.ToInt64(z) : 0;
        QuantizedEpilogue epilogue = default;
        convolution.Run(
            x.Data, signed, zero, y.Data, TensorLayout.Nchw, (int)dims[0], dims.Length == 4 ? (int)dims[2] : 1, (int)dims[^1], in epilogue, context.Threads);
    }
}
