using System.Numerics;
using Inference.Operators.Elementwise.TwoInputs;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>y = a R b with broadcasting; y is bool. Equality also of bools and strings.</summary>
internal sealed unsafe class CompareOperator<TRelation>(Node node) : BroadcastOperator(node)
    where TRelation : struct, IComparison
{
    protected override void InferOutputs(InferContext context)
    {
        TypeSet allowed = typeof(TRelation) == typeof(Comparisons.Equal) ? TypeSet.Numeric | TypeSet.Bool | TypeSet.String : TypeSet.Numeric;
        Shapes.RequireType(context, 0, allowed);
        Shapes.RequireType(context, 1, allowed);
        Shapes.RequireSameType(context, 0, 1);
        context.SetOutput(0, ElementType.Bool, BroadcastShape(context));
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        StridedLoop loop = Loop(a, b, y);
        if (a.Type == ElementType.String)
        {
            Strings(a, b, (bool*)y.Data, ref loop);
            return;
        }

        var action = new Action(a, b, y, ref loop, context.Threads);
        if (!Dispatch.Numeric(a.Type == ElementType.Bool ? ElementType.UInt8 : a.Type, ref action))
        {
            throw context.Error($"expected numeric tensors, got {a.Type.Name()}.");
        }
    }

    private static void Strings(Tensor a, Tensor b, bool* y, ref StridedLoop loop)
    {
        Span<string> left = a.Strings;
        Span<string> right = b.Strings;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                *y++ = string.Equals(left[(int)(loop.Offset(0) + i * loop.InnerStride(0))], right[(int)(loop.Offset(1) + i * loop.InnerStride(1))], StringComparison.Ordinal);
            }

            loop.Next();
        }
    }

    private ref struct Action(Tensor a, Tensor b, Tensor y, ref StridedLoop loop, int threads) : INumericAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            var body = new CompareRuns<TRelation, E, T, C>(y.Data);
            var operands = default(RunOperands);
            operands.Add((T*)a.Data);
            operands.Add((T*)b.Data);
            ElementRanges.RunLoop(ref body, ref _loop, ref operands, y.Count, cost: 1, threads);
        }
    }
}
