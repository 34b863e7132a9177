using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = condition ? a : b, all three broadcast. Source: ONNX Where, opset 9 on.</summary>
internal sealed unsafe class Where : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Bool);
        Shapes.RequireSameType(context, 1, 2);
        ElementType type = context.InputType(1);
        Dimension[]? shape = Shapes.Broadcast(context, context.InputShape(1), context.InputShape(2));
        context.SetOutput(0, type == ElementType.Undefined ? context.InputType(2) : type, Shapes.Broadcast(context, context.InputShape(0), shape));
        Propagate(context);
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override void Run(KernelContext context)
    {
        Tensor condition = context.Input(0);
        Tensor a = context.Input(1);
        Tensor b = context.Input(2);
        Tensor y = context.Output(0);
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, condition.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, b.Dims);
        loop.Collapse();
        var action = new Action(condition, a, b, y, ref loop);
        if (!Dispatch.Bits(y.Type, ref action))
        {
            throw context.Error($"expected elements of whole bytes, got {y.Type.Name()}.");
        }
    }

    private static void Propagate(InferContext context)
    {
        if (context.InputConstant(0) is { Rank: <= 1 } condition && context.InputShapeData(1) is { } a && context.InputShapeData(2) is { } b)
        {
            long length = Math.Max(condition.Count, Math.Max(a.Length, b.Length));
            if (length == 0 || length > ShapeMath.MaxComputedData || (a.Length != 1 && a.Length != length) || (b.Length != 1 && b.Length != length) || (condition.Count != 1 && condition.Count != length))
            {
                return;
            }

            var result = new Dimension[length];
            for (int i = 0; i < length; i++)
            {
                result[i] = condition.Data[condition.Count == 1 ? 0 : i] != 0 ? a[a.Length == 1 ? 0 : i] : b[b.Length == 1 ? 0 : i];
            }

            context.SetOutputShapeData(0, result);
        }
    }

    private ref struct Action(Tensor condition, Tensor a, Tensor b, Tensor y, ref StridedLoop loop) : IBitsAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<T>()
        {
            ReadOnlySpan<T> left = a.Span<T>();
            ReadOnlySpan<T> right = b.Span<T>();
            Span<T> target = y.Span<T>();
            long strideC = _loop.InnerStride(0);
            long strideA = _loop.InnerStride(1);
            long strideB = _loop.InnerStride(2);
            int at = 0;
            for (long outer = 0; outer < _loop.Outer; outer++)
            {
                byte* choose = condition.Data + _loop.Offset(0);
                long startA = _loop.Offset(1);
                long startB = _loop.Offset(2);
                for (long i = 0; i < _loop.Inner; i++)
                {
                    target[at++] = choose[i * strideC] != 0 ? left[(int)(startA + i * strideA)] : right[(int)(startB + i * strideB)];
                }

                _loop.Next();
            }
        }
    }
}
