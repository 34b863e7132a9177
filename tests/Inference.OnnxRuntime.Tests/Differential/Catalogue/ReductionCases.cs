namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Reductions along axes, running sums, soft maxima.</summary>
internal static class ReductionCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        .. new[] { "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "ReduceLogSum" }
            .Select(Reduce),
        .. new[] { "ArgMax", "ArgMin" }.Select(static op => new OperatorCases(op, random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int8, ElementType.UInt8);
            long[] shape = random.FullShape(1, 4);
            return new OperatorBuilder(random, op).In(random.Tensor(type, shape), false)
                .Attr("axis", random.Axis(shape.Length)).Attr("keepdims", random.Int(0, 1)).Attr("select_last_index", random.Int(0, 1)).Out(ElementType.Int64);
        })),
        new("CumSum", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64);
            long[] shape = random.Shape(1, 4);
            return new OperatorBuilder(random, "CumSum").In(random.Tensor(type, shape), false).In(CaseRandom.Scalar(random.Axis(shape.Length)))
                .Attr("exclusive", random.Int(0, 1)).Attr("reverse", random.Int(0, 1)).Out(type).Tolerance(1e-5, 2e-5);
        }),
        .. new[] { "Softmax", "LogSoftmax", "Hardmax" }.Select(static op => new OperatorCases(op, random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float64);
            long[] shape = random.Shape(1, 4);
            return new OperatorBuilder(random, op, random.Pick(11L, 13L)).In(random.Tensor(type, shape), false).Attr("axis", random.Axis(shape.Length)).Out(type).Tolerance(1e-5, 2e-6);
        })),
    ];

    private static OperatorCases Reduce(string op)
    {
        // Axes became an input with version 18, of ReduceSum with 13.
        long byInput = op == "ReduceSum" ? 13 : 18;
        var space = new OptionSpace(op);
        Option<long> version = space.Add("version", op is "ReduceMax" or "ReduceMin" ? [1, 11, 12, 13, 18, 20] : op == "ReduceSum" ? [1, 11, 13] : (long[])[1, 11, 13, 18]);

        // Products that overflow and logarithms have no defined integer.
        Option<ElementType> type = space.Add("type", op switch
        {
            "ReduceProd" or "ReduceLogSum" or "ReduceLogSumExp" => [ElementType.Float32, ElementType.Float64],
            "ReduceMax" or "ReduceMin" => [ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64, ElementType.Int8, ElementType.UInt8, ElementType.Bool],
            _ => (ElementType[])[ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64],
        });
        Option<long> keep = space.Add("keepdims", -1L, 0L, 1L);
        Option<string> axes = space.Add("axes", "none", "empty", "front", "back", "all");
        Option<long> noop = space.Add("noop_with_empty_axes", -1L, 0L, 1L);
        Option<int> rank = space.Add("rank", 0, 1, 2, 3, 4);
        space.Forbid(version, v => v < byInput, noop, static n => n >= 0);
        space.Forbid(version, v => v < byInput, axes, static a => a == "empty");
        space.Forbid(version, static v => v < 11, axes, static a => a == "back");
        space.Forbid(version, static v => v < 12, type, static t => t is ElementType.Int8 or ElementType.UInt8);
        space.Forbid(version, static v => v < 20, type, static t => t == ElementType.Bool);
        space.Forbid(rank, static r => r == 0, axes, static a => a is "front" or "back" or "all");
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            (ElementType element, long nothing) = (row.Get(type), row.Get(noop));
            long[] shape = random.FullShape(row.Get(rank), row.Get(rank));
            TensorValue x = op switch
            {
                "ReduceLogSum" => Positive(random, element, shape),
                "ReduceProd" when element == ElementType.Float32 => random.Floats(shape, -1.2f, 1.2f),
                _ => random.Tensor(element, shape),
            };
            OperatorBuilder builder = new OperatorBuilder(random, op, row.Get(version)).In(x, false).Out(element).Tolerance(2e-5, 2e-5);
            _ = row.Get(keep) >= 0 ? builder.Attr("keepdims", row.Get(keep)) : builder;
            long[] order = random.Permutation(shape.Length);
            long[] chosen = row.Get(axes) switch { "front" => order[..random.Int(1, order.Length)], "back" => [.. order[..random.Int(1, order.Length)].Select(axis => axis - shape.Length)], "all" => order, _ => [] };
            if (row.Get(version) < byInput)
            {
                return chosen.Length == 0 ? builder : builder.Attr("axes", chosen);
            }

            _ = row.Get(axes) == "none" ? builder : builder.In(TensorValue.Copy(chosen, [chosen.Length]));
            return nothing >= 0 ? builder.Attr("noop_with_empty_axes", nothing) : builder;
        });
    }

    private static TensorValue Positive(CaseRandom random, ElementType type, long[] shape)
    {
        float[] values = random.Floats(shape, 0.1f, 5).AsSpan<float>().ToArray();
        return type == ElementType.Float64 ? TensorValue.Copy(Array.ConvertAll(values, static x => (double)x), shape) : TensorValue.Copy(values, shape);
    }
}
