using Inference.Graph;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation(X × W + B + Z): X[.., M, K], W[K, N], bias B[N] (input 2, optional), addend Z of Y's shape (input 3, optional). f32. Made by fusion of MatMul with
/// what follows it.
/// </summary>
internal sealed unsafe class Linear(Node node) : Operator
{
    private readonly Activation _activation = FusedActivation.Read(node);

    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, ElementType.Float, ProductShape.Infer(context, context.InputShape(0), context.InputShape(1)));

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        bool addend = !context.Node.HasInput(3) || (context.InputAxis(3) == axis && context.InputShape(3)?.Length == context.InputShape(0)?.Length);
        int rank = context.InputShape(0)?.Length ?? 0;
        context.SetOutputAxis(0, axis >= 0 && axis < rank - 1 && addend && context.InputAxis(1) == BatchContext.None ? axis : axis == BatchContext.None && addend ? axis : BatchContext.Mixed);
    }

    public override bool CanOverwrite(int output, int input) => input == 3;

    public override Kernel? Prepare(PrepareContext context) =>
        context.Constant(1) is { Rank: 2 } w ? new Prepared(PackedProduct.Pack(context, 1, w, 1f, transposed: false), _activation) : null;

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count > 0)
        {
            nint k = (nint)w.Dims[0];
            nint n = (nint)w.Dims[1];
            GemmEpilogue epilogue = Epilogue(context, n, in _activation);
            GemmF32.Run((float*)x.Data, k, false, (float*)w.Data, n, false, (float*)y.Data, n, (nint)(y.Count / n), n, k, 1f, in epilogue, context.Threads);
        }
    }

    private static GemmEpilogue Epilogue(KernelContext context, nint n, in Activation activation)
    {
        GemmEpilogue epilogue = default;
        epilogue.Bias = context.OptionalInput(2) is { } bias ? (float*)bias.Data : null;
        if (context.OptionalInput(3) is { } addend)
        {
            epilogue.Residual = (float*)addend.Data;
            epilogue.ResidualStride = n;
        }

        epilogue.Activation = activation;
        return epilogue;
    }

    private sealed class Prepared(PackedMatrix matrix, Activation activation) : Kernel
    {
        public override void Run(KernelContext context)
        {
            Tensor y = context.Output(0);
            if (y.Count > 0)
            {
                GemmEpilogue epilogue = Epilogue(context, matrix.Columns, in activation);
                GemmF32.Run((float*)context.Input(0).Data, matrix.Rows, matrix, (float*)y.Data, matrix.Columns, (nint)(y.Count / matrix.Columns), in epilogue, context.Threads);
            }
        }
    }
}
