using Inference.Operators.Convolution;
using Inference.Operators.Fused;
using Inference.Operators.Quantization;
using Permutation = Inference.Kernels.Transposition.Transpose;

namespace Inference.Operators.Contrib;

/// <summary>QLinearConv of X[N, spatial.., C] with weights [M, C/group, kernel..] into Y[N, windows.., M]. Source: com.microsoft QLinearConv with channels_last.</summary>
internal sealed unsafe class ChannelsLastQLinearConv(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);
    private readonly long _group = Conv.ReadGroup(node);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? x = context.InputShape(0);
        Dimension[]? y = ConvShape.Infer(context, 0, x is null ? null : [x[0], x[^1], .. x[1..^1]], 3, _window, _group);
        context.SetOutput(0, context.InputType(7), y is null ? null : [y[0], .. y[2..], y[1]]);
    }

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override Kernel? Prepare(PrepareContext context)
    {
        bool constant = context.InputDims(0).Length is 3 or 4 && context.Constant(3) is { };
        for (int i = 1; i < 9; i++)
        {
            constant &= !context.HasInput(i) || context.Constant(i) is not null;
        }

        return constant ? new NhwcQConv(node).Prepare(context) : null;
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        Span<int> permutation = stackalloc int[x.Rank];
        ToPlanes(permutation);
        Tensor planes = context.Allocate(x.Type, [x.Dims[0], x.Dims[^1], .. x.Dims[1..^1]]);
        Permutation.Run(x.Data, planes.Data, x.Dims, permutation, 1, context.Threads);
        Tensor result = context.Allocate(y.Type, [y.Dims[0], y.Dims[^1], .. y.Dims[1..^1]]);
        QLinearConv.Run(context, _window, _group, QuantizedClip.Read(node), planes, result);
        ToPixels(permutation);
        Permutation.Run(result.Data, y.Data, result.Dims, permutation, 1, context.Threads);
    }

    private static void ToPlanes(Span<int> permutation)
    {
        for (int i = 1; i < permutation.Length; i++)
        {
            permutation[i] = i == 1 ? permutation.Length - 1 : i - 1;
        }
    }

    private static void ToPixels(Span<int> permutation)
    {
        for (int i = 1; i < permutation.Length; i++)
        {
            permutation[i] = i == permutation.Length - 1 ? 1 : i + 1;
        }
    }
}
