using Inference.Graph;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.LowRank;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation((X × A) × B + bias + Z): X[.., M, K], A[K, R], B[R, N], bias[N] (input 3, optional), addend Z of Y's shape (input 4, optional). f32; the product in the
/// middle stays in cache. Made by fusion of two MatMul.
/// </summary>
internal sealed unsafe class LowRankProduct(Node node) : Operator
{
    private readonly Activation _activation = FusedActivation.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? middle = ProductShape.Infer(context, context.InputShape(0), context.InputShape(1));
        context.SetOutput(0, ElementType.Float, ProductShape.Infer(context, middle, context.InputShape(2)));
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { } x && Shapes.Sizes(context.InputShape(1)) is { Length: 2 } a && Shapes.Sizes(context.InputShape(2)) is { Length: 2 } b
            ? TensorShape.Count(x) / Math.Max(a[0], 1) * a[1] * (a[0] + b[1])
            : 0;

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        bool addend = !context.Node.HasInput(4) || (context.InputAxis(4) == axis && context.InputShape(4)?.Length == context.InputShape(0)?.Length);
        int rank = context.InputShape(0)?.Length ?? 0;
        bool apart = axis >= 0 && axis < rank - 1 && addend && context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None;
        if (apart)
        {
            context.SetOutputAxis(0, axis);
        }
        else
        {
            context.SetAllMixed();
        }
    }

    public override Kernel? Prepare(PrepareContext context) =>
        context.Constant(1) is { Rank: 2 } a && context.Constant(2) is { Rank: 2 } b
            ? new Prepared(PackedProduct.Pack(context, 1, a, 1f, transposed: false), PackedProduct.Pack(context, 2, b, 1f, transposed: false), _activation)
            : null;

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor a = context.Input(1);
        Tensor b = context.Input(2);
        Tensor y = context.Output(0);
        if (y.Count > 0)
        {
            nint k = (nint)a.Dims[0];
            nint rank = (nint)a.Dims[1];
            nint n = (nint)b.Dims[1];
            nint m = (nint)(y.Count / n);
            float* middle = (float*)context.Scratch(m * rank * sizeof(float));
            GemmF32.Run((float*)x.Data, k, false, (float*)a.Data, rank, false, middle, rank, m, rank, k, 1f, default, context.Threads);
            GemmEpilogue epilogue = Epilogue(context, n, in _activation);
            GemmF32.Run(middle, rank, false, (float*)b.Data, n, false, (float*)y.Data, n, m, n, rank, 1f, in epilogue, context.Threads);
        }
    }

    private static GemmEpilogue Epilogue(KernelContext context, nint n, in Activation activation)
    {
        GemmEpilogue epilogue = default;
        epilogue.Bias = context.OptionalInput(3) is { } bias ? (float*)bias.Data : null;
        if (context.OptionalInput(4) is { } addend)
        {
            epilogue.Residual = (float*)addend.Data;
            epilogue.ResidualStride = n;
        }

        epilogue.Activation = activation;
        return epilogue;
    }

    private sealed class Prepared(PackedMatrix a, PackedMatrix b, Activation activation) : Kernel
    {
        public override void Run(KernelContext context)
        {
            Tensor y = context.Output(0);
            if (y.Count > 0)
            {
                nint n = b.Columns;
                GemmEpilogue epilogue = Epilogue(context, n, in activation);
                LowRankF32.Run((float*)context.Input(0).Data, a.Rows, a, b, (float*)y.Data, n, (nint)(y.Count / n), in epilogue, context.Threads);
            }
        }
    }
}
