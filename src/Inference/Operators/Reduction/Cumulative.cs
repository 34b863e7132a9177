using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>Running sums (CumSum) or products (CumProd) along the axis of input 1; exclusive leaves the element itself out, reverse runs from the end. Sources: ONNX CumSum, opset 11 on; CumProd, opset 26.</summary>
internal sealed unsafe class Cumulative(Node node, bool product) : Operator
{
    private readonly bool _exclusive = node.Attributes.Int("exclusive", 0) != 0;
    private readonly bool _reverse = node.Attributes.Int("reverse", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Shapes.RequireType(context, 1, TypeSet.Index);
        if (context.InputConstant(1) is { Count: > 0 } axis && context.InputShape(0) is { } shape)
        {
            Shapes.Axis(context, Scalars.ToInt64(axis), shape.Length);
        }

        context.SetOutput(0, type, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        context.SetAll(batch >= 0 && context.InputShape(0) is { } shape && context.InputConstant(1) is { Count: > 0 } axis && Shapes.Axis(Scalars.ToInt64(axis), shape.Length) != batch, batch);
    }

    public override void Run(KernelContext context)
    {
        var action = new Action(context, _exclusive, _reverse, product);
        if (!Dispatch.Numeric(context.Input(0).Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {context.Input(0).Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, bool exclusive, bool reverse, bool product) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor x = context.Input(0);
            int axis = Shapes.Axis(context, Scalars.ToInt64(context.Input(1)), x.Rank);
            long outer = TensorShape.Count(x.Dims[..axis]);
            long length = x.Dims[axis];
            long inner = TensorShape.Count(x.Dims[(axis + 1)..]);
            T* source = (T*)x.Data;
            T* target = (T*)context.Output(0).Data;
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                for (long i = 0; i < inner; i++)
                {
                    work.Add(1);
                    long start = o * length * inner + i;
                    C sum = product ? C.One : C.Zero;
                    for (long k = 0; k < length; k++)
                    {
                        work.Add(3);
                        long at = start + (reverse ? length - 1 - k : k) * inner;
                        C value = E.Load(source[at]);
                        C next = product ? sum * value : sum + value;
                        target[at] = E.Store(exclusive ? sum : next);
                        sum = next;
                    }
                }
            }
        }
    }
}
