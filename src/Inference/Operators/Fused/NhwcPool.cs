using Inference.Kernels.Convolution;
using Inference.Kernels.Pooling;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>Pooling of X[N, spatial.., C]: attribute <c>kind</c> is MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool or GlobalMean. f32. Made by layout propagation.</summary>
internal sealed unsafe class NhwcPool(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);
    private readonly bool _global = node.Attributes.String("kind").StartsWith("Global", StringComparison.Ordinal);
    private readonly bool _isMean = node.Attributes.String("kind") == "GlobalMean";
    private readonly PoolingKind _kind = node.Attributes.String("kind") switch
    {
        "MaxPool" or "GlobalMaxPool" => PoolingKind.Max,
        _ => node.Attributes.Int("count_include_pad", 0) != 0 ? PoolingKind.AverageWithPadding : PoolingKind.Average,
    };

    protected override void InferOutputs(InferContext context)
    {
        if (_global && context.InputShape(0) is { } x)
        {
            var y = (Dimension[])x.Clone();
            y.AsSpan(1, y.Length - 2).Fill(Dimension.Fixed(1));
            context.SetOutput(0, ElementType.Float32, y);
        }
        else
        {
            context.SetOutput(0, ElementType.Float32, _global ? null : NhwcWindow.Infer(context, _window, _window.KernelShape, null));
        }
    }

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0) is var axis && axis <= 0 ? axis : BatchContext.Mixed);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        if (x.Count == 0)
        {
            // Over no elements, as the operators that this one stands for: the least, 0 ÷ 0, or nothing.
            y.Span<float>().Fill(_kind == PoolingKind.Max ? float.NegativeInfinity : _isMean ? float.NaN : 0f);
            return;
        }

        ReadOnlySpan<long> dims = x.Dims;
        bool image = dims.Length == 4;
        int height = image ? (int)dims[1] : 1;
        int width = (int)dims[^2];
        int channels = (int)dims[^1];
        ConvolutionGeometry geometry = _global
            ? new() { InChannels = channels, OutChannels = channels, KernelHeight = height, KernelWidth = width }
            : NhwcWindow.Geometry(_window, dims, _window.KernelShape, channels, 1);
        PoolingF32.Run(_kind, in geometry, (float*)x.Data, (float*)y.Data, (int)dims[0], height, width, image ? (int)y.Dims[1] : 1, (int)y.Dims[^2], context.Threads);
    }
}
