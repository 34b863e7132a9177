using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>Running sums (CumSum) or products (CumProd) along the axis of input 1; exclusive leaves the element itself out, reverse runs from the end. Sources: ONNX CumSum, opset 11 on; CumProd, opset 26.</summary>
internal sealed unsafe class Cumulative(Node node, bool product) : Operator
{
    // 4 elements a nanosecond.
    private const long ParallelElements = 4 * WorkerPool.SharedNanoseconds;
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
            if (product)
            {
                Run<Reducers.Prod, E, T, C>();
            }
            else
            {
                Run<Reducers.Sum, E, T, C>();
            }
        }

        private void Run<TReducer, E, T, C>()
            where TReducer : struct, IReducer
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor x = context.Input(0);
            int axis = Shapes.Axis(context, Scalars.ToInt64(context.Input(1)), x.Rank);
            if (x.Count == 0)
            {
                return;
            }

            long inner = TensorShape.Count(x.Dims[(axis + 1)..]);
            long outer = TensorShape.Count(x.Dims[..axis]);
            long tiles = inner == 1 ? 1 : (inner + CumulativeRun<TReducer, E, T, C>.TileColumns - 1) / CumulativeRun<TReducer, E, T, C>.TileColumns;
            long tasks = inner == 1 ? (outer + CumulativeRun<TReducer, E, T, C>.RowsAtOnce - 1) / CumulativeRun<TReducer, E, T, C>.RowsAtOnce : outer * tiles;
            bool shared = context.Threads > 1 && x.Count >= ParallelElements;
            int blocks = (int)Math.Min(tasks, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
            var job = new CumulativeRun<TReducer, E, T, C>
            {
                X = (T*)x.Data, Y = (T*)context.Output(0).Data, Outer = outer, Length = x.Dims[axis], Inner = inner, Tiles = tiles, Tasks = tasks, Blocks = blocks,
                Exclusive = exclusive, Reverse = reverse,
            };
            WorkerPool.Run(blocks, ref job, shared ? context.Threads : 1);
        }
    }
}
