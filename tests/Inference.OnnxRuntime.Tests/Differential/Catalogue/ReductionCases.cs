namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Reductions along axes, running sums, soft maxima.</summary>
internal static class ReductionCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        .. new[] { "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "ReduceLogSum" }
            .Select(static op => new OperatorCases(op, random => Reduce(op, random))),
        .. new[] { "ArgMax", "ArgMin" }.Select(static op => new OperatorCases(op, random =>
        {
            ElementType type = random.Pick(ElementType.Float, ElementType.Float, ElementType.Double, ElementType.Int32, ElementType.Int8, ElementType.UInt8);
            long[] shape = random.FullShape(1, 4);
            return new OperatorBuilder(random, op).In(random.Tensor(type, shape), false)
                .Attr("axis", random.Axis(shape.Length)).Attr("keepdims", random.Int(0, 1)).Attr("select_last_index", random.Int(0, 1)).Out(ElementType.Int64);
        })),
        new("CumSum", static random =>
        {
            ElementType type = random.Pick(ElementType.Float, ElementType.Double, ElementType.Int32, ElementType.Int64);
            long[] shape = random.Shape(1, 4);
            return new OperatorBuilder(random, "CumSum").In(random.Tensor(type, shape), false).In(CaseRandom.Scalar(random.Axis(shape.Length)))
                .Attr("exclusive", random.Int(0, 1)).Attr("reverse", random.Int(0, 1)).Out(type).Tolerance(1e-5, 2e-5);
        }),
        .. new[] { "Softmax", "LogSoftmax", "Hardmax" }.Select(static op => new OperatorCases(op, random =>
        {
            ElementType type = random.Pick(ElementType.Float, ElementType.Float, ElementType.Double);
            long[] shape = random.Shape(1, 4);
            return new OperatorBuilder(random, op, random.Pick(11L, 13L)).In(random.Tensor(type, shape), false).Attr("axis", random.Axis(shape.Length)).Out(type).Tolerance(1e-5, 2e-6);
        })),
    ];

    private static OperatorBuilder Reduce(string op, CaseRandom random)
    {
        ElementType type = random.Pick(ElementType.Float, ElementType.Float, ElementType.Float, ElementType.Double, ElementType.Int32);
        long[] shape = random.FullShape(0, 4);
        bool byInput = random.Chance(0.6);

        // Products that overflow and logarithms have no defined integer.
        type = op is "ReduceProd" or "ReduceLogSum" or "ReduceLogSumExp" && type == ElementType.Int32 ? ElementType.Float : type;
        TensorValue x = op == "ReduceLogSum" ? Positive(random, type, shape) : op == "ReduceProd" && type == ElementType.Float ? random.Floats(shape, -1.2f, 1.2f) : random.Tensor(type, shape);
        OperatorBuilder builder = new OperatorBuilder(random, op, byInput ? 18 : op == "ReduceSum" ? 11 : 13).In(x, false).Attr("keepdims", random.Int(0, 1)).Out(type).Tolerance(2e-5, 2e-5);
        long[] axes = random.Axes(shape.Length, least: 0);
        if (!byInput)
        {
            return axes.Length == 0 ? builder : builder.Attr("axes", axes);
        }

        _ = random.Chance(0.2) ? builder : builder.In(TensorValue.Copy(axes, [axes.Length]));
        return random.Chance(0.3) ? builder.Attr("noop_with_empty_axes", 1) : builder;
    }

    private static TensorValue Positive(CaseRandom random, ElementType type, long[] shape)
    {
        float[] values = random.Floats(shape, 0.1f, 5).AsSpan<float>().ToArray();
        return type == ElementType.Double ? TensorValue.Copy(Array.ConvertAll(values, static x => (double)x), shape) : TensorValue.Copy(values, shape);
    }
}
