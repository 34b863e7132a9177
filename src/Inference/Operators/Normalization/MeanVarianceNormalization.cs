using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// y = (x − mean)/(√var + 1e-9) with statistics over <c>axes</c> (default 0, 2, 3). Below opset 9: over all dimensions, or with across_channels 0 over 0, 2 and 3, as ONNX Runtime computes; without
/// the division where normalize_variance is 0. Source: ONNX MeanVarianceNormalization, opsets 1 (experimental) to 13.
/// </summary>
internal sealed unsafe class MeanVarianceNormalization(Node node) : FloatOperator
{
    // An element a nanosecond.
    private const long ParallelElements = WorkerPool.SharedNanoseconds;
    private readonly long[] _axes = node.Opset >= 9 ? node.Attributes.Ints("axes") ?? [0, 2, 3] : node.Attributes.Int("across_channels", 0) != 0 ? [0, 1, 2, 3] : [0, 2, 3];
    private readonly bool _divides = node.Opset >= 9 || node.Attributes.Int("normalize_variance", 1) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        foreach (long axis in x is null ? [] : _axes)
        {
            Shapes.Axis(context, axis, x!.Length);
        }

        context.SetOutput(0, type, x);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool apart = batch >= 0 && context.InputShape(0) is { } x && !Array.Exists(_axes, a => Shapes.Axis(a, x.Length) == batch);
        context.SetAll(apart, batch);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        if (x.Count == 0)
        {
            return;
        }

        Span<bool> reduced = stackalloc bool[x.Rank];
        reduced.Clear();
        foreach (long axis in _axes)
        {
            reduced[Shapes.Axis(axis, x.Rank)] = true;
        }

        ReductionShape shape = ReductionShape.Create(x.Dims, reduced);
        long group = x.Count / (shape.Units * shape.Inner);
        long tiles = (shape.Inner + MeanVarianceRun<C>.TileColumns - 1) / MeanVarianceRun<C>.TileColumns;
        bool shared = context.Threads > 1 && x.Count >= ParallelElements;
        int blocks = (int)Math.Min(shape.Units * tiles, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
        var job = new MeanVarianceRun<C> { X = (C*)x.Data, Y = (C*)context.Output(0).Data, Shape = shape, Tiles = tiles, Group = group, Divides = _divides, Blocks = blocks };
        WorkerPool.Run(blocks, ref job, shared ? context.Threads : 1);
    }
}
