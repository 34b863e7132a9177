using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>y = x / ‖x‖_p along an axis, p = 1 or 2; a zero norm gives 0. Source: ONNX LpNormalization, opsets 1 and 22.</summary>
internal sealed unsafe class LpNormalization : FloatOperator
{
    // 2 elements a nanosecond.
    private const long ParallelElements = 2 * WorkerPool.SharedNanoseconds;
    private readonly long _axis;
    private readonly long _p;

    public LpNormalization(Node node)
    {
        _axis = node.Attributes.Int("axis", -1);
        _p = node.Attributes.Int("p", 2);
        if (_p is not (1 or 2))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'p': expected 1 or 2, got {_p}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (context.InputShape(0) is { } shape)
        {
            Shapes.Axis(context, _axis, shape.Length);
        }

        context.SetOutput(0, type, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        context.SetOutputAxis(0, batch < 0 ? batch : context.InputShape(0) is { } shape && Shapes.Axis(_axis, shape.Length) != batch ? batch : BatchContext.Mixed);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            return;
        }

        if (_p == 1)
        {
            Run<Reducers.L1, C>(context, x, y);
        }
        else
        {
            Run<Reducers.L2, C>(context, x, y);
        }
    }

    private void Run<TNorm, C>(KernelContext context, Tensor x, Tensor y)
        where TNorm : struct, IReducer
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        int axis = Shapes.Axis(_axis, x.Rank);
        long inner = TensorShape.Count(x.Dims[(axis + 1)..]);
        long tiles = (inner + LpNormalizationRun<TNorm, C>.TileColumns - 1) / LpNormalizationRun<TNorm, C>.TileColumns;
        long tasks = TensorShape.Count(x.Dims[..axis]) * tiles;
        bool shared = context.Threads > 1 && x.Count >= ParallelElements;
        int blocks = (int)Math.Min(tasks, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
        var job = new LpNormalizationRun<TNorm, C> { X = (C*)x.Data, Y = (C*)y.Data, Length = x.Dims[axis], Inner = inner, Tiles = tiles, Tasks = tasks, Blocks = blocks };
        WorkerPool.Run(blocks, ref job, shared ? context.Threads : 1);
    }
}
