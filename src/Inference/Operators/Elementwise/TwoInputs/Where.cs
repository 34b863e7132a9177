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
        switch (y.Type.BitWidth())
        {
            case 8: Select<byte>(context, condition, a, b, y, ref loop); break;
            case 16: Select<ushort>(context, condition, a, b, y, ref loop); break;
            case 32: Select<uint>(context, condition, a, b, y, ref loop); break;
            case 64: Select<ulong>(context, condition, a, b, y, ref loop); break;
            case 128: Select<UInt128>(context, condition, a, b, y, ref loop); break;
            default:
                if (y.Type != ElementType.String)
                {
                    throw context.Error($"expected elements of whole bytes, got {y.Type.Name()}.");
                }

                Strings(condition, a.Strings, b.Strings, y.Strings, ref loop);
                break;
        }
    }

    private static void Select<T>(KernelContext context, Tensor condition, Tensor a, Tensor b, Tensor y, ref StridedLoop loop)
        where T : unmanaged
    {
        var body = new SelectRuns<T>((T*)y.Data);
        var operands = default(RunOperands);
        operands.Add(condition.Data);
        operands.Add((T*)a.Data);
        operands.Add((T*)b.Data);
        ElementRanges.RunLoop(ref body, ref loop, ref operands, y.Count, cost: 1, context.Threads);
    }

    private static void Strings(Tensor condition, Span<string> a, Span<string> b, Span<string> y, ref StridedLoop loop)
    {
        int at = 0;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            byte* choose = condition.Data + loop.Offset(0);
            for (long i = 0; i < loop.Inner; i++)
            {
                y[at++] = choose[i * loop.InnerStride(0)] != 0 ? a[(int)(loop.Offset(1) + i * loop.InnerStride(1))] : b[(int)(loop.Offset(2) + i * loop.InnerStride(2))];
            }

            loop.Next();
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
}
