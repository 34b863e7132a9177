using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = x₀ ∘ x₁ ∘ …, with broadcasting, from the left; optionally divided by the number of inputs (Mean). float16 and bfloat16 accumulate in float.</summary>
internal sealed unsafe class VariadicOperator<TFunction>(TypeSet allowed, bool mean = false) : Operator
    where TFunction : struct, IBinaryFunction<TFunction>
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = ElementType.Undefined;
        Dimension[]? shape = null;
        for (int i = 0; i < context.InputCount; i++)
        {
            ElementType own = Shapes.RequireType(context, i, allowed);
            Shapes.RequireSameType(context, 0, i);
            type = type == ElementType.Undefined ? own : type;
            shape = i == 0 ? context.InputShape(0) : Shapes.Broadcast(context, shape, context.InputShape(i));
        }

        if (context.InputCount == 0)
        {
            throw context.Error("expected at least one input, got none.");
        }

        context.SetOutput(0, type, shape);
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override void Run(KernelContext context)
    {
        var action = new Action(context, mean);
        if (!Dispatch.Numeric(context.Output(0).Type, ref action))
        {
            throw context.Error($"expected numeric tensors, got {context.Output(0).Type.Name()}.");
        }
    }

    // The inputs are folded into the accumulator two at first, then one by one; the last fold also divides and rounds.
    private readonly struct Action(KernelContext context, bool mean) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor y = context.Output(0);
            int inputs = context.InputCount;
            C* sum = typeof(T) == typeof(C) ? (C*)y.Data : (C*)context.Scratch(y.Count * sizeof(C));
            for (int next = 0; next < inputs; next = next == 0 ? 2 : next + 1)
            {
                context.ThrowIfCancelled();
                Tensor first = context.Input(next);
                Tensor? second = next == 0 && inputs > 1 ? context.Input(1) : null;
                StridedLoop loop = StridedLoop.Over(y.Dims);
                loop.AddBroadcast(y.Dims, first.Dims);
                loop.AddBroadcast(y.Dims, (second ?? first).Dims);
                loop.Collapse();
                bool last = next + 1 >= inputs || (next == 0 && inputs == 2);
                var body = new FoldRuns<TFunction, E, T, C>
                {
                    Sum = sum,
                    Two = second is not null,
                    Starts = next == 0,
                    Divisor = last && mean ? C.CreateTruncating(inputs) : C.One,
                    Result = last ? (T*)y.Data : null,
                };
                var operands = default(RunOperands);
                operands.Add((T*)first.Data);
                operands.Add((T*)(second ?? first).Data);
                ElementRanges.RunLoop(ref body, ref loop, ref operands, y.Count, TFunction.Cost, context.Threads);
            }
        }
    }
}
