namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Quantized operators.</summary>
internal static class QuantizationCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("QuantizeLinear", static random =>
        {
            ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16);
            (long[] shape, long[] parameters, int axis) = Shape(random);
            return new OperatorBuilder(random, "QuantizeLinear", 21).In(random.Tensor(ElementType.Float, shape), false).In(random.Floats(parameters, 0.01f, 0.2f)).In(Zero(random, type, parameters))
                .Attr("axis", axis).Out(type);
        }),
        new("DequantizeLinear", static random =>
        {
            ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8, ElementType.Int32, ElementType.UInt16);
            (long[] shape, long[] parameters, int axis) = Shape(random);
            OperatorBuilder builder = new OperatorBuilder(random, "DequantizeLinear", 21)
                .In(type == ElementType.Int32 ? random.Tensor(type, shape) : random.Quantized(type, shape), false).In(random.Floats(parameters, 0.01f, 0.2f));
            return (type != ElementType.Int32 && random.Chance(0.8) ? builder.In(random.Quantized(type, parameters)) : builder).Attr("axis", axis).Out(ElementType.Float);
        }),
        new("DynamicQuantizeLinear", static random => new OperatorBuilder(random, "DynamicQuantizeLinear").In(random.Tensor(ElementType.Float, random.FullShape(1, 3)), false)
            .Out(ElementType.UInt8).Out(ElementType.Float).Out(ElementType.UInt8)),
        new("QLinearMatMul", static random =>
        {
            (long[] a, long[] b) = ProductCases.Matrices(random);
            ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
            ElementType weights = type == ElementType.UInt8 ? random.Pick(ElementType.UInt8, ElementType.Int8) : ElementType.Int8;
            return new OperatorBuilder(random, "QLinearMatMul")
                .In(random.Quantized(type, a), false).In(Scale(random)).In(random.Quantized(type, []))
                .In(random.Quantized(weights, b)).In(Scale(random)).In(random.Quantized(weights, []))
                .In(Scale(random, 8)).In(random.Quantized(type, [])).Out(type);
        }),
        new("QLinearConv", static random =>
        {
            int groups = random.Pick(1, 1, 2);
            int inputs = random.Int(1, 3), outputs = random.Int(1, 4);
            long[] kernel = [random.Int(1, 3), random.Int(1, 3)];
            ElementType type = random.Pick(ElementType.UInt8, ElementType.UInt8, ElementType.Int8);
            ElementType weights = type == ElementType.UInt8 ? random.Pick(ElementType.UInt8, ElementType.Int8) : ElementType.Int8;
            long[] parameters = weights == ElementType.Int8 && random.Chance(0.5) ? [groups * outputs] : [];
            OperatorBuilder builder = new OperatorBuilder(random, "QLinearConv")
                .In(random.Quantized(type, [random.Int(1, 2), groups * inputs, (2 * kernel[0]) + random.Int(0, 4), (2 * kernel[1]) + random.Int(0, 4)]), false).In(Scale(random), true).In(random.Quantized(type, []), true)
                .In(random.Quantized(weights, [groups * outputs, inputs, .. kernel]), true).In(random.Floats(parameters, 0.01f, 0.2f), true)
                .In(parameters.Length > 0 ? Zeros(weights, parameters) : random.Quantized(weights, []), true)
                .In(Scale(random, 8), true).In(random.Quantized(type, []), true).Attr("group", groups).Attr("kernel_shape", kernel);
            WindowCases.Window(builder, random, kernel, dilate: true);
            return (random.Chance(0.5) ? builder.In(TensorValue.Copy(Array.ConvertAll(random.Ints([groups * outputs], -500, 500).AsSpan<long>().ToArray(), static x => (int)x), [groups * outputs]), true) : builder).Out(type);
        }),
    ];

    /// <summary>A shape with per-tensor parameters, or one with parameters for each slice along an axis.</summary>
    private static (long[] Shape, long[] Parameters, int Axis) Shape(CaseRandom random)
    {
        long[] shape = random.FullShape(1, 4);
        int axis = random.Int(0, shape.Length - 1);
        return random.Chance(0.5) ? (shape, [], axis) : (shape, [shape[axis]], axis);
    }

    private static TensorValue Scale(CaseRandom random, float times = 1) => CaseRandom.Scalar(random.Single(0.005f, 0.1f) * times);

    private static TensorValue Zero(CaseRandom random, ElementType type, long[] shape) => random.Quantized(type, shape);

    private static TensorValue Zeros(ElementType type, long[] shape)
    {
        TensorValue zeros = TensorValue.Allocate(type, shape);
        zeros.AsWritableBytes().Clear();
        return zeros;
    }
}
