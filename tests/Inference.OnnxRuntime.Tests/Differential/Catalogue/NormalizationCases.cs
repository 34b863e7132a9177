namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Normalizations.</summary>
internal static class NormalizationCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("BatchNormalization", static random =>
        {
            long[] shape = random.FullShape(2, 4);
            long c = shape[1];
            return new OperatorBuilder(random, "BatchNormalization").In(random.Tensor(ElementType.Float, shape), false)
                .In(random.Tensor(ElementType.Float, [c])).In(random.Tensor(ElementType.Float, [c])).In(random.Tensor(ElementType.Float, [c])).In(random.Floats([c], 0.1f, 3))
                .Attr("epsilon", 1e-4f).Out(ElementType.Float).Tolerance(2e-5, 2e-5);
        }),
        new("InstanceNormalization", static random =>
        {
            long[] shape = random.FullShape(3, 4);
            long c = shape[1];
            return new OperatorBuilder(random, "InstanceNormalization").In(random.Tensor(ElementType.Float, shape), false)
                .In(random.Tensor(ElementType.Float, [c])).In(random.Tensor(ElementType.Float, [c])).Attr("epsilon", 1e-2f).Out(ElementType.Float).Tolerance(1e-4, 1e-4);
        }),
        new("LayerNormalization", static random =>
        {
            long[] shape = random.FullShape(1, 4);
            int axis = random.Int(0, shape.Length - 1);
            OperatorBuilder builder = new OperatorBuilder(random, "LayerNormalization").In(random.Tensor(ElementType.Float, shape), false).In(random.Tensor(ElementType.Float, shape[axis..]));
            return (random.Chance(0.6) ? builder.In(random.Tensor(ElementType.Float, shape[axis..])) : builder).Attr("axis", axis).Attr("epsilon", 1e-2f).Out(ElementType.Float).Tolerance(1e-4, 1e-4);
        }),
        new("GroupNormalization", static random =>
        {
            int groups = random.Int(1, 3);
            long c = groups * random.Int(1, 3);
            return new OperatorBuilder(random, "GroupNormalization", 21).In(random.Tensor(ElementType.Float, [random.Int(1, 3), c, random.Int(1, 5), random.Int(1, 5)]), false)
                .In(random.Tensor(ElementType.Float, [c])).In(random.Tensor(ElementType.Float, [c])).Attr("num_groups", groups).Attr("epsilon", 1e-2f).Out(ElementType.Float).Tolerance(1e-4, 1e-4);
        }),
        new("LRN", static random => new OperatorBuilder(random, "LRN").In(random.Tensor(ElementType.Float, [random.Int(1, 2), random.Int(1, 9), random.Int(1, 4), random.Int(1, 4)]), false)
            .Attr("size", random.Pick(1, 3, 5)).Attr("alpha", 0.01f).Attr("beta", 0.6f).Attr("bias", 1.5f).Out(ElementType.Float)),
        new("LpNormalization", static random =>
        {
            long[] shape = random.FullShape(1, 4);
            return new OperatorBuilder(random, "LpNormalization").In(random.Floats(shape, 0.1f, 3), false).Attr("axis", random.Axis(shape.Length)).Attr("p", random.Int(1, 2)).Out(ElementType.Float);
        }),
        new("MeanVarianceNormalization", static random => new OperatorBuilder(random, "MeanVarianceNormalization")
            .In(random.Tensor(ElementType.Float, [random.Int(2, 3), random.Int(1, 3), random.Int(2, 4), random.Int(2, 4)]), false).Out(ElementType.Float).Tolerance(1e-4, 1e-4)),
    ];
}
