using System.Numerics;
using Inference.Kernels.Memory;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// y = (x − mean)/(√var + 1e-9) with statistics over <c>axes</c> (default 0, 2, 3). Below opset 9: over all dimensions, or with across_channels 0 over 0, 2 and 3, as ONNX Runtime computes; without
/// the division where normalize_variance is 0. Source: ONNX MeanVarianceNormalization, opsets 1 (experimental) to 13.
/// </summary>
internal sealed unsafe class MeanVarianceNormalization(Node node) : FloatOperator
{
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

        Span<long> strides = stackalloc long[x.Rank];
        long outputs = ReductionLayout.Strides(x.Dims, reduced, strides, out long group);
        StridedLoop loop = StridedLoop.Over(x.Dims);
        loop.AddBroadcast(x.Dims, x.Dims);
        loop.AddStrides(x.Dims, strides);
        loop.Collapse();
        double* mean = (double*)context.Scratch(2 * outputs * sizeof(double));
        double* spread = mean + outputs;
        LargeBlocks.Clear(mean, 2 * outputs * sizeof(double));
        C* source = (C*)x.Data;
        Pass(context, loop, source, null, mean, null, null, 0);
        for (long i = 0; i < outputs; i++)
        {
            mean[i] /= group;
        }

        context.ThrowIfCancelled();
        Pass(context, loop, source, null, null, mean, spread, 1);
        for (long i = 0; i < outputs; i++)
        {
            spread[i] = _divides ? 1 / (Math.Sqrt(spread[i] / group) + 1e-9) : 1;
        }

        context.ThrowIfCancelled();
        Pass(context, loop, source, (C*)context.Output(0).Data, null, mean, spread, 2);
    }

    // Pass 0 sums, pass 1 sums squared differences, pass 2 writes.
    private static void Pass<C>(KernelContext context, StridedLoop loop, C* x, C* y, double* sum, double* mean, double* spread, int pass)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        long budget = 0;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            budget -= loop.Inner;
            if (budget < 0)
            {
                context.ThrowIfCancelled();
                budget = KernelContext.CheckEvery;
            }

            long start = loop.Offset(1);
            long stride = loop.InnerStride(1);
            for (long i = 0; i < loop.Inner; i++)
            {
                long at = start + i * stride;
                double value = double.CreateTruncating(x[i]);
                switch (pass)
                {
                    case 0:
                        sum[at] += value;
                        break;
                    case 1:
                        spread[at] += (value - mean[at]) * (value - mean[at]);
                        break;
                    default:
                        y[i] = C.CreateTruncating((value - mean[at]) * spread[at]);
                        break;
                }
            }

            x += loop.Inner;
            y += y is null ? 0 : loop.Inner;
            loop.Next();
        }
    }
}
