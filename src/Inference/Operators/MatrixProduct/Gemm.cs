using System.Numerics;
using System.Numerics.Tensors;
using Inference.Kernels.Gemm;
using Inference.Operators.Typed;
using Activation = Inference.Kernels.Elementwise.Activation;
using Tensor = Inference.Ir.Tensor;

namespace Inference.Operators.MatrixProduct;

/// <summary>
/// Y[M,N] = activation(alpha·op(A)·op(B) + beta·C), C broadcast to [M,N] or left out; the activation comes with the fused form only.
/// Source: ONNX Gemm, opsets 1 to 13; com.microsoft FusedGemm.
/// </summary>
internal sealed unsafe class Gemm(Node node, OperatorTable table) : FloatOperator
{
    private readonly float _alpha = node.Attributes.Float("alpha", 1f);
    private readonly float _beta = node.Attributes.Float("beta", 1f);
    private readonly bool _transA = node.Attributes.Int("transA", 0) != 0;
    private readonly bool _transB = node.Attributes.Int("transB", 0) != 0;
    private readonly Activation _activation = FusedActivation.Read(node, table);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Shapes.RequireSameType(context, 0, 1);
        Shapes.RequireSameType(context, 0, 2);
        Dimension[]? a = Shapes.RequireRank(context, 0, 2);
        Dimension[]? b = Shapes.RequireRank(context, 1, 2);
        if (a is not null && b is not null)
        {
            Dimension k = a[_transA ? 0 : 1];
            Dimension rows = b[_transB ? 1 : 0];
            if (k.Size is { } x && rows.Size is { } y && x != y)
            {
                throw context.Error($"expected equal K in op(A)[M,K] × op(B)[K,N], got {x} and {y} (A [{string.Join(",", a)}], B [{string.Join(",", b)}], transA={(_transA ? 1 : 0)}, transB={(_transB ? 1 : 0)}).");
            }
        }

        Dimension[] result = [a is null ? Dimension.Unknown : a[_transA ? 1 : 0], b is null ? Dimension.Unknown : b[_transB ? 0 : 1]];
        if (context.HasInput(2) && context.InputShape(2) is { } c)
        {
            Dimension[] both = Shapes.Broadcast(context, result, c)!;
            if (both.Length != 2 || Widens(both[0], result[0]) || Widens(both[1], result[1]))
            {
                throw context.Error($"input 2: expected a shape that broadcasts to [{string.Join(",", result)}], got [{string.Join(",", c)}].");
            }
        }

        context.SetOutput(0, type, result);
    }

    // A symbol beside a size of 1 may turn out to be 1.
    private static bool Widens(Dimension both, Dimension own) => own.Size is { } size && both.Size is { } joined && joined != size;

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { Length: 2 } a && Shapes.Sizes(context.InputShape(1)) is { Length: 2 } b ? a[0] * a[1] * b[_transB ? 0 : 1] : 0;

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == (_transA ? 1 : 0) && context.InputAxis(1) == BatchContext.None
            && (!context.Node.HasInput(2) || (context.InputAxis(2) == BatchContext.None && context.InputShape(2) is { } c && (c.Length < 2 || c[0].Size == 1))
                || (context.InputAxis(2) == 0 && context.InputShape(2)?.Length == 2));
        context.SetAll(apart, 0);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        bool bias = context.HasInput(2);
        if (_transA || (bias && (_beta != 1f || context.InputDims(2) is var c && (TensorShape.Count(c) != context.OutputDims(0)[1] || (c.Length == 2 && c[0] != 1)))))
        {
            return null;
        }

        return PackedProduct.TryCreate(context, 0, 1, _alpha, _activation, _transB, bias ? 2 : -1);
    }

    public override void Run(KernelContext context)
    {
        if (TypeSet.Floating.Contains(context.Input(0).Type))
        {
            base.Run(context);
            return;
        }

        var action = new Action(this, context);
        if (!Dispatch.Integer(context.Input(0).Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {context.Input(0).Type.Name()}.");
        }
    }

    protected override void RunSingle(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        GemmEpilogue epilogue = Addend(context, y);
        epilogue.Activation = _activation;
        GemmF32.Run(
            (float*)a.Data, (nint)a.Dims[1], _transA, (float*)b.Data, (nint)b.Dims[1], _transB, (float*)y.Data, (nint)y.Dims[1],
            (nint)y.Dims[0], (nint)y.Dims[1], (nint)a.Dims[_transA ? 0 : 1], _alpha, in epilogue, context.Threads);
    }

    protected override void RunDouble(KernelContext context) => RunAny<double>(context);

    private void RunAny<C>(KernelContext context)
        where C : unmanaged, INumber<C>
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        if (context.HasInput(2))
        {
            Start<C>(context, y);
        }
        else
        {
            y.Clear();
        }

        GenericProduct.Run((C*)a.Data, _transA, (C*)b.Data, _transB, (C*)y.Data, y.Dims[0], y.Dims[1], a.Dims[_transA ? 0 : 1], C.CreateTruncating(_alpha), context.Threads);
    }

    // beta·C where the product takes it up: a row, a column, a matrix, or Y itself.
    private GemmEpilogue Addend(KernelContext context, Tensor y)
    {
        GemmEpilogue epilogue = default;
        if (context.OptionalInput(2) is not { } c || y.Count == 0)
        {
            return epilogue;
        }

        (long m, long n) = (y.Dims[0], y.Dims[1]);
        bool row = c.Count == n && (c.Rank < 2 || c.Dims[0] == 1);
        if (row || c.Count == 1 || (c.Count == m && c.Dims[1] == 1))
        {
            float* values = (float*)c.Data;
            if (_beta != 1f || (c.Count == 1 && n != 1))
            {
                long count = c.Count == 1 ? n : c.Count;
                values = (float*)context.Scratch(count * sizeof(float));
                for (long i = 0; i < count; i++)
                {
                    values[i] = _beta * ((float*)c.Data)[c.Count == 1 ? 0 : i];
                }
            }

            bool across = row || c.Count == 1;
            epilogue.Bias = across ? values : null;
            epilogue.RowBias = across ? null : values;
        }
        else if (_beta == 1f)
        {
            epilogue.Residual = (float*)c.Data;
            epilogue.ResidualStride = (nint)n;
        }
        else
        {
            Start<float>(context, y);
            epilogue.Accumulate = true;
        }

        return epilogue;
    }

    // Y = beta·C broadcast.
    private void Start<C>(KernelContext context, Tensor y)
        where C : unmanaged, INumber<C>
    {
        if (context.OptionalInput(2) is not { } c)
        {
            return;
        }

        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, c.Dims);
        loop.Collapse();
        C beta = C.CreateTruncating(_beta);
        C* target = (C*)y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            C* source = (C*)c.Data + loop.Offset(0);
            var run = new Span<C>(target, checked((int)loop.Inner));
            if (loop.InnerStride(0) == 0)
            {
                run.Fill(beta * *source);
            }
            else
            {
                TensorPrimitives.Multiply(new ReadOnlySpan<C>(source, run.Length), beta, run);
            }

            target += loop.Inner;
            loop.Next();
        }
    }

    private readonly struct Action(Gemm gemm, KernelContext context) : IIntegerAction
    {
        public void Invoke<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => gemm.RunAny<T>(context);
    }
}
