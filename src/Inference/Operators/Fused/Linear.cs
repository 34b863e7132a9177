using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Layers;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation(X × W + B + Z): X[.., M, K], W[K, N] constant, bias B[N] (input 2, optional), addend Z (input 3, optional), which broadcasts with the product. f32.
/// Made by fusion of MatMul with what follows it.
/// </summary>
internal sealed unsafe class Linear(Node node, OperatorTable table) : Operator
{
    private readonly Activation _activation = FusedActivation.Read(node, table);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? product = ProductShape.Infer(context, context.InputShape(0), context.InputShape(1));
        context.SetOutput(0, ElementType.Float32, FusedAddend.Infer(context, 3, product));
    }

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        int rank = context.InputShape(0)?.Length ?? 0;
        bool addend = !context.Node.HasInput(3) || (context.InputAxis(3) == axis && context.InputShape(3)?.Length == rank);
        context.SetOutputAxis(0, axis >= 0 && axis < rank - 1 && addend && context.InputAxis(1) == BatchContext.None ? axis : axis == BatchContext.None && addend ? axis : BatchContext.Mixed);
    }

    public override bool CanOverwrite(int output, int input) => input == 3;

    public override Kernel? Prepare(PrepareContext context)
    {
        if (context.Constant(1) is not { Rank: 2 } w)
        {
            return null;
        }

        long[] product = Product(context.InputDims(0), w);
        bool plain = !context.HasInput(3) || FusedAddend.IsPlain(TensorShape.Count(product), context.InputDims(3), context.OutputDims(0));
        return new Prepared(new(PackedProduct.Pack(context, 1, w, 1f, transposed: false), _activation), plain ? null : product, _activation);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        nint k = (nint)w.Dims[0];
        nint n = (nint)w.Dims[1];
        long[] product = Product(x.Dims, w);
        long count = TensorShape.Count(product);
        bool plain = context.OptionalInput(3) is not { } addend || FusedAddend.IsPlain(count, addend.Dims, y.Dims);
        GemmEpilogue epilogue = Epilogue(context, n, plain, in _activation);
        float* target = plain ? (float*)y.Data : (float*)context.Scratch(count * sizeof(float));
        GemmF32.Run((float*)x.Data, k, false, (float*)w.Data, n, false, target, n, (nint)(count / n), n, k, 1f, in epilogue, context.Threads);
        if (!plain)
        {
            FusedAddend.Add(context, target, product, context.Input(3), y, in _activation);
        }
    }

    private static long[] Product(ReadOnlySpan<long> x, Tensor w) => [.. x[..^1], w.Dims[1]];

    private static GemmEpilogue Epilogue(KernelContext context, nint n, bool plain, in Activation activation)
    {
        GemmEpilogue epilogue = default;
        epilogue.Bias = context.OptionalInput(2) is { } bias ? (float*)bias.Data : null;
        if (plain)
        {
            epilogue.Residual = context.OptionalInput(3) is { } addend ? (float*)addend.Data : null;
            epilogue.ResidualStride = n;
            epilogue.Activation = activation;
        }

        return epilogue;
    }

    /// <summary>With the shape of the product where the addend has another.</summary>
    private sealed class Prepared(LinearProduct linear, long[]? product, Activation activation) : Kernel
    {
        public override long ScratchBytes => product is null ? 0 : TensorShape.Count(product) * sizeof(float);

        public override string? KernelName => linear.KernelName;

        public override void Run(KernelContext context)
        {
            Tensor y = context.Output(0);
            if (y.Count == 0)
            {
                return;
            }

            float* x = (float*)context.Input(0).Data;
            float* bias = context.OptionalInput(2) is { } b ? (float*)b.Data : null;
            if (product is null)
            {
                float* addend = context.OptionalInput(3) is { } z ? (float*)z.Data : null;
                linear.Run(x, (float*)y.Data, (nint)(y.Count / linear.Columns), bias, addend, context.Threads);
                return;
            }

            float* target = (float*)context.Scratch(ScratchBytes);
            linear.RunPlain(x, target, (nint)(TensorShape.Count(product) / linear.Columns), bias, context.Threads);
            FusedAddend.Add(context, target, product, context.Input(3), y, in activation);
        }
    }
}
