using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Layers;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation((X × A) × B + bias + Z): X[.., M, K], A[K, R], B[R, N] constant, bias[N] (input 3, optional), addend Z (input 4, optional), which broadcasts with the
/// product. f32; the product in the middle stays in cache. Made by fusion of two MatMul.
/// </summary>
internal sealed unsafe class LowRankProduct(Node node, OperatorTable table) : Operator
{
    private readonly Activation _activation = FusedActivation.Read(node, table);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? middle = ProductShape.Infer(context, context.InputShape(0), context.InputShape(1));
        context.SetOutput(0, ElementType.Float32, FusedAddend.Infer(context, 4, ProductShape.Infer(context, middle, context.InputShape(2))));
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { } x && Shapes.Sizes(context.InputShape(1)) is { Length: 2 } a && Shapes.Sizes(context.InputShape(2)) is { Length: 2 } b
            ? TensorShape.Count(x) / Math.Max(a[0], 1) * a[1] * (a[0] + b[1])
            : 0;

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        int rank = context.InputShape(0)?.Length ?? 0;
        bool addend = !context.Node.HasInput(4) || (context.InputAxis(4) == axis && context.InputShape(4)?.Length == rank);
        bool apart = axis >= 0 && axis < rank - 1 && addend && context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None;
        context.SetAll(apart, axis);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        if (context.Constant(1) is not { Rank: 2 } a || context.Constant(2) is not { Rank: 2 } b)
        {
            return null;
        }

        long[] product = Product(context.InputDims(0), b);
        bool plain = !context.HasInput(4) || FusedAddend.IsPlain(TensorShape.Count(product), context.InputDims(4), context.OutputDims(0));
        var factors = new LowRankFactors(PackedProduct.Pack(context, 1, a, 1f, transposed: false), PackedProduct.Pack(context, 2, b, 1f, transposed: false), _activation);
        return new Prepared(factors, plain ? null : product, _activation);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor a = context.Input(1);
        Tensor b = context.Input(2);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        nint k = (nint)a.Dims[0];
        nint rank = (nint)a.Dims[1];
        nint n = (nint)b.Dims[1];
        long[] product = Product(x.Dims, b);
        long count = TensorShape.Count(product);
        nint m = (nint)(count / n);
        bool plain = context.OptionalInput(4) is not { } addend || FusedAddend.IsPlain(count, addend.Dims, y.Dims);
        float* middle = (float*)context.Scratch(((m * rank) + (plain ? 0 : count)) * sizeof(float));
        float* target = plain ? (float*)y.Data : middle + (m * rank);
        GemmF32.Run((float*)x.Data, k, false, (float*)a.Data, rank, false, middle, rank, m, rank, k, 1f, default, context.Threads);
        GemmEpilogue epilogue = Epilogue(context, n, plain, in _activation);
        GemmF32.Run(middle, rank, false, (float*)b.Data, n, false, target, n, m, n, rank, 1f, in epilogue, context.Threads);
        if (!plain)
        {
            FusedAddend.Add(context, target, product, context.Input(4), y, in _activation);
        }
    }

    private static long[] Product(ReadOnlySpan<long> x, Tensor b) => [.. x[..^1], b.Dims[1]];

    private static GemmEpilogue Epilogue(KernelContext context, nint n, bool plain, in Activation activation)
    {
        GemmEpilogue epilogue = default;
        epilogue.Bias = context.OptionalInput(3) is { } bias ? (float*)bias.Data : null;
        if (plain)
        {
            epilogue.Residual = context.OptionalInput(4) is { } addend ? (float*)addend.Data : null;
            epilogue.ResidualStride = n;
            epilogue.Activation = activation;
        }

        return epilogue;
    }

    /// <summary>With the shape of the product where the addend has another.</summary>
    private sealed class Prepared(LowRankFactors factors, long[]? product, Activation activation) : Kernel
    {
        public override long ScratchBytes => product is null ? 0 : TensorShape.Count(product) * sizeof(float);

        public override string? KernelName => factors.KernelName;

        public override void Run(KernelContext context)
        {
            Tensor y = context.Output(0);
            if (y.Count == 0)
            {
                return;
            }

            float* x = (float*)context.Input(0).Data;
            float* bias = context.OptionalInput(3) is { } b ? (float*)b.Data : null;
            if (product is null)
            {
                float* addend = context.OptionalInput(4) is { } z ? (float*)z.Data : null;
                factors.Run(x, (float*)y.Data, (nint)(y.Count / factors.Columns), bias, addend, context.Threads);
                return;
            }

            float* target = (float*)context.Scratch(ScratchBytes);
            factors.RunPlain(x, target, (nint)(TensorShape.Count(product) / factors.Columns), bias, context.Threads);
            FusedAddend.Add(context, target, product, context.Input(4), y, in activation);
        }
    }
}
