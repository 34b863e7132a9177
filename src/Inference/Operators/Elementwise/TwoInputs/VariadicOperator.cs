using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = x₀ ∘ x₁ ∘ …, with broadcasting, from the left; optionally divided by the number of inputs (Mean). float16 and bfloat16 accumulate in float.</summary>
internal sealed unsafe class VariadicOperator<TFunction>(TFunction function, TypeSet allowed, bool mean = false) : Operator
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
        var action = new Action(context, function, mean);
        if (!Dispatch.Numeric(context.Output(0).Type, ref action))
        {
            throw context.Error($"expected numeric tensors, got {context.Output(0).Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, TFunction f, bool mean) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor y = context.Output(0);
            C* sum = typeof(T) == typeof(C) ? (C*)y.Data : (C*)context.Scratch(y.Count * sizeof(C));
            for (int i = 0; i < context.InputCount; i++)
            {
                context.ThrowIfCancelled();
                Tensor x = context.Input(i);
                StridedLoop loop = StridedLoop.Over(y.Dims);
                loop.AddBroadcast(y.Dims, x.Dims);
                loop.Collapse();
                Accumulate<E, T, C>(sum, (T*)x.Data, ref loop, first: i == 0);
            }

            C scale = C.CreateTruncating(context.InputCount);
            if (typeof(T) != typeof(C) || mean)
            {
                T* target = (T*)y.Data;
                var work = default(WorkCounter);
                for (long i = 0; i < y.Count; i++)
                {
                    work.Add(1);
                    target[i] = E.Store(mean ? sum[i] / scale : sum[i]);
                }
            }
        }

        private void Accumulate<E, T, C>(C* sum, T* x, ref StridedLoop loop, bool first)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>
        {
            long stride = loop.InnerStride(0);
            for (long outer = 0; outer < loop.Outer; outer++)
            {
                T* source = x + loop.Offset(0);
                for (long i = 0; i < loop.Inner; i++)
                {
                    C value = E.Load(source[i * stride]);
                    sum[i] = first ? value : f.Apply(sum[i], value);
                }

                sum += loop.Inner;
                loop.Next();
            }
        }
    }
}
