using System.Numerics;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>The index, along an axis, of the largest (ArgMax) or smallest (ArgMin) element; of equals the first, or the last with select_last_index. A NaN is neither, unless it comes first. Source: ONNX, opsets 1 to 13.</summary>
internal sealed unsafe class ArgReduce(Node node, bool largest) : Operator
{
    // 4 comparisons a nanosecond.
    private const long ParallelElements = 4 * WorkerPool.SharedNanoseconds;
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
        if (context.Input(0).Count == 0)
        {
            return;
        }

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
            // Indices are held in lanes as wide as the elements', so narrow integers are widened.
            if (sizeof(C) < sizeof(int))
            {
                Compare<WidenedElement<C>, C, int, int>();
            }
            else if (sizeof(C) == sizeof(int) && context.Input(0).Dims[axis] <= int.MaxValue)
            {
                Compare<E, T, C, int>();
            }
            else if (sizeof(C) == sizeof(long))
            {
                Compare<E, T, C, long>();
            }
            else
            {
                throw context.Error($"axis {axis}: expected at most {int.MaxValue} elements of 32 bits, got {context.Input(0).Dims[axis]}.");
            }
        }

        private void Compare<E, T, C, I>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>
            where I : unmanaged, IBinaryInteger<I>
        {
            if (largest)
            {
                Run<ArgMaximum, E, T, C, I>();
            }
            else
            {
                Run<ArgMinimum, E, T, C, I>();
            }
        }

        private void Run<TOrder, E, T, C, I>()
            where TOrder : struct, IArgOrder
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>
            where I : unmanaged, IBinaryInteger<I>
        {
            Tensor x = context.Input(0);
            long inner = TensorShape.Count(x.Dims[(axis + 1)..]);
            long outer = TensorShape.Count(x.Dims[..axis]);
            long tiles = (inner + ArgColumns<TOrder, E, T, C, I>.TileColumns - 1) / ArgColumns<TOrder, E, T, C, I>.TileColumns;
            bool shared = context.Threads > 1 && x.Count >= ParallelElements;
            int blocks = (int)Math.Min(outer * tiles, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
            var job = new ArgColumns<TOrder, E, T, C, I>
            {
                X = (T*)x.Data, Y = (long*)context.Output(0).Data, Outer = outer, Length = x.Dims[axis], Inner = inner, Tiles = tiles, Blocks = blocks, Last = last,
            };
            WorkerPool.Run(blocks, ref job, shared ? context.Threads : 1);
        }
    }
}
