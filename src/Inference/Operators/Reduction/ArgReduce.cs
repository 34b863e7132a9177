using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>The index, along an axis, of the largest (ArgMax) or smallest (ArgMin) element; of equals the first, or the last with select_last_index. Source: ONNX, opsets 1 to 13.</summary>
internal sealed unsafe class ArgReduce(Node node, bool largest) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly bool _keep = node.Attributes.Int("keepdims", 1) != 0;
    private readonly bool _last = node.Attributes.Int("select_last_index", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Numeric);
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, ElementType.Int64, null);
            return;
        }

        int axis = Shapes.Axis(context, _axis, shape.Length);
        if (shape[axis].Size == 0)
        {
            throw context.Error($"expected elements along axis {_axis}, got shape [{string.Join(",", shape)}].");
        }

        context.SetOutput(0, ElementType.Int64, _keep ? [.. shape[..axis], Dimension.Fixed(1), .. shape[(axis + 1)..]] : [.. shape[..axis], .. shape[(axis + 1)..]]);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        if (batch < 0 || context.InputShape(0) is not { } shape)
        {
            context.SetAllMixed();
            return;
        }

        int axis = Shapes.Axis(_axis, shape.Length);
        context.SetOutputAxis(0, axis == batch ? BatchContext.Mixed : !_keep && axis < batch ? batch - 1 : batch);
    }

    public override void Run(KernelContext context)
    {
        var action = new Action(context, Shapes.Axis(_axis, context.Input(0).Rank), largest, _last);
        if (!Dispatch.Numeric(context.Input(0).Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {context.Input(0).Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, int axis, bool largest, bool last) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor x = context.Input(0);
            long* target = (long*)context.Output(0).Data;
            long outer = TensorShape.Count(x.Dims[..axis]);
            long length = x.Dims[axis];
            long inner = TensorShape.Count(x.Dims[(axis + 1)..]);
            T* source = (T*)x.Data;
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                for (long i = 0; i < inner; i++)
                {
                    work.Add(1);
                    T* run = source + o * length * inner + i;
                    C best = E.Load(run[0]);
                    long at = 0;
                    for (long k = 1; k < length; k++)
                    {
                        work.Add(2);
                        C value = E.Load(run[k * inner]);
                        if ((largest ? value > best : value < best) || (last && value == best))
                        {
                            best = value;
                            at = k;
                        }
                    }

                    *target++ = at;
                }
            }
        }
    }
}
