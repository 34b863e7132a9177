namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Quantized operators.</summary>
internal static class QuantizationCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        Linear("QuantizeLinear"), Linear("DequantizeLinear"),
        new("DynamicQuantizeLinear", static random => new OperatorBuilder(random, "DynamicQuantizeLinear").In(random.Tensor(ElementType.Float32, random.FullShape(1, 3)), false)
            .Out(ElementType.UInt8).Out(ElementType.Float32).Out(ElementType.UInt8)),
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
        QLinearConv(),
    ];

    private static OperatorCases Linear(string op)
    {
        bool quantize = op == "QuantizeLinear";
        var space = new OptionSpace(op);
        Option<long> version = space.Add("version", 10L, 13L, 19L, 21L, 23L, 24L);
        Option<ElementType> type = space.Add("type", (ElementType[])(quantize
            ? [ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16, ElementType.UInt4, ElementType.Int4]
            : [ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16, ElementType.UInt4, ElementType.Int4, ElementType.Int32]));
        Option<string> form = space.Add("form", "tensor", "none", "front", "back", "blocks");
        Option<bool> zero = space.Add("zero point", false, true);
        Option<ElementType> real = space.Add("real", ElementType.Float32, ElementType.Float16);
        space.Forbid(version, static v => v < 13, form, static f => f is not "tensor");
        space.Forbid(version, static v => v < 21, form, static f => f == "blocks");
        space.Forbid(version, static v => v < 21, type, static t => t is not (ElementType.UInt8 or ElementType.Int8 or ElementType.Int32));
        space.Forbid(version, static v => v < 19, real, static r => r == ElementType.Float16);
        space.Forbid(zero, static z => !z, type, t => quantize && t != ElementType.UInt8);
        space.Forbid(zero, static z => z, type, static t => t == ElementType.Int32);
        return new(op, random =>
        {
            OptionRow row = random.Row(space);

            // ONNX Runtime takes a vector of one parameter as one for the whole tensor, blocks or not.
            long[] shape = random.FullShape(row.Get(form) is "none" or "blocks" ? 2 : 1, 4);
            int axis = row.Get(form) == "none" ? 1 : random.Int(0, shape.Length - 1);
            long block = row.Get(form) == "blocks" ? random.Int(1, (int)shape[axis]) : 0;
            long[] parameters = row.Get(form) switch { "tensor" => [], "blocks" => [.. shape.Select((d, i) => i == axis ? (d + block - 1) / block : d)], _ => [shape[axis]] };
            OperatorBuilder builder = new(random, op, row.Get(version));
            ElementType codes = row.Get(type);
            builder.In(quantize ? random.Tensor(row.Get(real), shape) : codes == ElementType.Int32 ? random.Tensor(codes, shape) : random.Quantized(codes, shape), false);
            TensorValue scales = random.Floats(parameters, 0.01f, 0.2f);
            builder.In(row.Get(real) == ElementType.Float32 ? scales : TensorValue.Copy(Array.ConvertAll(scales.AsSpan<float>().ToArray(), static x => (Half)x), parameters));
            _ = row.Get(zero) ? builder.In(random.Quantized(codes, parameters)) : builder;
            _ = row.Get(form) is "tensor" or "none" ? builder : builder.Attr("axis", row.Get(form) == "back" ? axis - shape.Length : axis);
            _ = block > 0 ? builder.Attr("block_size", block) : builder;
            return quantize ? builder.Out(codes).Steps(row.Get(real) == ElementType.Float16 ? 1 : 0) : builder.Out(row.Get(real));
        });
    }

    private static OperatorCases QLinearConv()
    {
        var space = new OptionSpace("QLinearConv");
        Option<string> types = space.Add("types", "u8u8", "u8s8", "s8s8");
        Option<bool> columns = space.Add("per channel", false, true);
        Option<int> groups = space.Add("group", 1, 2, 3);
        Option<bool> single = space.Add("one channel a group", false, true);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<string> padding = space.Add("padding", "", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
        Option<bool> strides = space.Add("strides", false, true);
        Option<bool> dilations = space.Add("dilations", false, true);
        Option<bool> bias = space.Add("B", false, true);
        space.Forbid(padding, static p => p.StartsWith("SAME", StringComparison.Ordinal), dilations, static d => d);
        space.Forbid(types, static t => t == "u8u8", columns, static c => c);
        return new("QLinearConv", random =>
        {
            OptionRow row = random.Row(space);
            ElementType type = row.Get(types)[0] == 'u' ? ElementType.UInt8 : ElementType.Int8, weights = row.Get(types).EndsWith("u8", StringComparison.Ordinal) ? ElementType.UInt8 : ElementType.Int8;
            int inputs = row.Get(single) ? 1 : random.Int(1, 4), outputs = row.Get(single) ? random.Int(1, 2) : random.Int(1, 9);
            long[] kernel = [.. Enumerable.Range(0, row.Get(spatial)).Select(_ => (long)random.Int(1, 3))], size = [.. kernel.Select(k => (2 * k) + random.Int(0, 4))];
            long channels = row.Get(groups) * outputs;
            long[] parameters = row.Get(columns) ? [channels] : [];
            OperatorBuilder builder = new OperatorBuilder(random, "QLinearConv").Attr("group", row.Get(groups)).Attr("kernel_shape", kernel)
                .In(random.Quantized(type, [random.Int(1, 2), row.Get(groups) * inputs, .. size]), false).In(Scale(random), true).In(random.Quantized(type, []), true)
                .In(random.Quantized(weights, [channels, inputs, .. kernel]), true).In(random.Floats(parameters, 0.01f, 0.2f), true)
                .In(row.Get(columns) ? Zeros(weights, parameters) : random.Quantized(weights, []), true).In(Scale(random, 8), true).In(random.Quantized(type, []), true);
            WindowCases.Window(builder, random, kernel, row.Get(strides), row.Get(dilations), row.Get(padding));
            return (row.Get(bias) ? builder.In(TensorValue.Copy(Array.ConvertAll(random.Ints([channels], -500, 500).AsSpan<long>().ToArray(), static x => (int)x), [channels]), true) : builder).Out(type);
        });
    }

    private static TensorValue Scale(CaseRandom random, float times = 1) => CaseRandom.Scalar(random.Single(0.005f, 0.1f) * times);

    private static TensorValue Zeros(ElementType type, long[] shape)
    {
        TensorValue zeros = TensorValue.Allocate(type, shape);
        zeros.AsWritableBytes().Clear();
        return zeros;
    }
}
