namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Normalizations.</summary>
internal static class NormalizationCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        BatchNormalization(), InstanceNormalization(), Layers("LayerNormalization"), Layers("RMSNormalization"), Layers("SimplifiedLayerNormalization"), GroupNormalization(),
        new("LRN", static random => new OperatorBuilder(random, "LRN").In(random.Tensor(ElementType.Float32, [random.Int(1, 2), random.Int(1, 9), random.Int(1, 4), random.Int(1, 4)]), false)
            .Attr("size", random.Pick(1, 3, 5)).Attr("alpha", 0.01f).Attr("beta", 0.6f).Attr("bias", 1.5f).Out(ElementType.Float32)),
        new("LpNormalization", static random =>
        {
            long[] shape = random.FullShape(1, 4);
            return new OperatorBuilder(random, "LpNormalization").In(random.Floats(shape, 0.1f, 3), false).Attr("axis", random.Axis(shape.Length)).Attr("p", random.Int(1, 2)).Out(ElementType.Float32);
        }),
        new("MeanVarianceNormalization", static random => new OperatorBuilder(random, "MeanVarianceNormalization")
            .In(random.Tensor(ElementType.Float32, [random.Int(2, 3), random.Int(1, 3), random.Int(2, 4), random.Int(2, 4)]), false).Out(ElementType.Float32).Tolerance(1e-4, 1e-4)),
    ];

    private static OperatorCases BatchNormalization()
    {
        var space = new OptionSpace("BatchNormalization");
        Option<long> version = space.Add("version", 7L, 9L, 14L, 15L);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<float> epsilon = space.Add("epsilon", 1e-5f, 1e-4f, 0.1f);
        Option<int> rank = space.Add("rank", 2, 3, 4, 5);
        return new("BatchNormalization", random =>
        {
            OptionRow row = random.Row(space);
            ElementType element = row.Get(type);
            long[] shape = random.FullShape(row.Get(rank), row.Get(rank)), channels = [shape[1]];
            TensorValue variance = random.Floats(channels, 0.1f, 3);
            return new OperatorBuilder(random, "BatchNormalization", row.Get(version)).Attr("epsilon", row.Get(epsilon)).In(random.Tensor(element, shape), false)
                .In(random.Tensor(element, channels)).In(random.Tensor(element, channels)).In(random.Tensor(element, channels))
                .In(element == ElementType.Float32 ? variance : TensorValue.Copy(Array.ConvertAll(variance.AsSpan<float>().ToArray(), static x => (double)x), channels)).Out(element).Tolerance(2e-5, 2e-5);
        });
    }

    private static OperatorCases InstanceNormalization() => new("InstanceNormalization", static random =>
    {
        long[] shape = random.FullShape(3, 5);
        long c = shape[1];
        return new OperatorBuilder(random, "InstanceNormalization", random.Pick(6L, 18L, 22L)).In(random.Tensor(ElementType.Float32, shape), false)
            .In(random.Tensor(ElementType.Float32, [c])).In(random.Tensor(ElementType.Float32, [c])).Attr("epsilon", 1e-2f).Out(ElementType.Float32).Tolerance(1e-4, 1e-4);
    });

    private static OperatorCases Layers(string op)
    {
        var space = new OptionSpace(op);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64, ElementType.Float16);
        Option<string> axis = space.Add("axis", "none", "front", "back");
        Option<float> epsilon = space.Add("epsilon", 0f, 1e-3f, 1e-2f);
        Option<bool> bias = space.Add("bias", false, true);
        Option<int> outputs = space.Add("outputs", 1, 2, 3);
        Option<int> rank = space.Add("rank", 1, 2, 3, 4);
        space.Forbid(bias, b => b && op != "LayerNormalization", type, static _ => true);
        space.Forbid(outputs, n => n > (op == "LayerNormalization" ? 3 : op == "RMSNormalization" ? 1 : 2), type, static _ => true);
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = random.FullShape(row.Get(rank), row.Get(rank));
            int at = row.Get(axis) == "none" ? shape.Length - 1 : random.Int(0, shape.Length - 1);
            ElementType element = row.Get(type);
            OperatorBuilder builder = new OperatorBuilder(random, op, op == "RMSNormalization" ? 23 : op == "LayerNormalization" ? 17 : 18)
                .In(random.Tensor(element, shape), false).In(random.Tensor(element, shape[at..]));
            _ = row.Get(bias) ? builder.In(random.Tensor(element, shape[at..])) : builder;
            _ = row.Get(axis) == "none" ? builder : builder.Attr("axis", row.Get(axis) == "front" ? at : at - shape.Length);
            _ = row.Get(epsilon) == 0 ? builder : builder.Attr("epsilon", row.Get(epsilon));

            // Of few elements close to one another, the quotient by their deviation keeps few digits.
            builder.Tolerance(1e-3, 1e-3).Out(element);
            for (int i = 1; i < row.Get(outputs); i++)
            {
                builder.Out(ElementType.Float32);
            }

            return builder;
        });
    }

    private static OperatorCases GroupNormalization()
    {
        var space = new OptionSpace("GroupNormalization");
        Option<long> version = space.Add("version", 18L, 21L);
        Option<int> groups = space.Add("num_groups", 1, 2, 3);
        Option<int> each = space.Add("channels", 1, 2, 3);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        return new("GroupNormalization", random =>
        {
            OptionRow row = random.Row(space);
            long c = row.Get(groups) * row.Get(each);
            long[] parameters = row.Get(version) == 18 ? [row.Get(groups)] : [c];
            return new OperatorBuilder(random, "GroupNormalization", row.Get(version))
                .In(random.Tensor(ElementType.Float32, [random.Int(1, 3), c, .. Enumerable.Range(0, row.Get(spatial)).Select(_ => (long)random.Int(1, 5))]), false)
                .In(random.Tensor(ElementType.Float32, parameters)).In(random.Tensor(ElementType.Float32, parameters)).Attr("num_groups", row.Get(groups)).Attr("epsilon", 1e-2f)
                .Out(ElementType.Float32).Tolerance(1e-4, 1e-4);
        });
    }
}
