namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>com.microsoft: quantized operators and fused products.</summary>
internal static class QuantizedContribCases
{
    private const string Domain = "com.microsoft";

    public static IEnumerable<OperatorCases> All =>
    [
        AveragePool(global: false), AveragePool(global: true), Softmax(whole: false), Where(), QAttention(), Quantize(), Dequantize(), Concat(), FusedConv(), FusedGemm(),
    ];

    private static OperatorCases AveragePool(bool global)
    {
        string op = global ? "QLinearGlobalAveragePool" : "QLinearAveragePool";
        var space = new OptionSpace(op);
        Option<ElementType> type = space.Add("type", ElementType.UInt8, ElementType.Int8);
        Option<long> last = space.Add("channels_last", 0L, 1L);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<long> padded = space.Add("count_include_pad", (long[])(global ? [0] : [0, 1]));
        Option<bool> ceiling = space.Add("ceil_mode", (bool[])(global ? [false] : [false, true]));
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            long[] kernel = [.. Enumerable.Range(0, row.Get(spatial)).Select(_ => (long)random.Int(1, 3))], size = [.. kernel.Select(k => (2 * k) + random.Int(0, 4))];
            (long images, long channels) = (random.Int(1, 2), random.Int(1, 20));
            OperatorBuilder builder = Node(random, op).Attr("channels_last", row.Get(last))
                .In(random.Quantized(row.Get(type), row.Get(last) == 1 ? [images, .. size, channels] : [images, channels, .. size]), false);
            Parameters(random, builder, row.Get(type), zero: true);
            Parameters(random, builder, row.Get(type), zero: true);
            if (!global)
            {
                builder.Attr("kernel_shape", kernel).Attr("count_include_pad", row.Get(padded)).Attr("ceil_mode", row.Get(ceiling) ? 1 : 0);
                WindowCases.Window(builder, random, kernel, dilate: false);
            }

            return builder.Steps(1).Out(row.Get(type));
        }, Domain);
    }

    /// <param name="whole">Whether to draw also what ONNX Runtime does otherwise (docs/differences.md).</param>
    internal static OperatorCases Softmax(bool whole)
    {
        var space = new OptionSpace("QLinearSoftmax");
        Option<ElementType> type = space.Add("type", ElementType.UInt8, ElementType.Int8);
        Option<long> opset = space.Add("opset", 11L, 12L, 13L);
        Option<string> axis = space.Add("axis", "front", "back");
        Option<bool> zero = space.Add("zero point", false, true);
        return new("QLinearSoftmax", random =>
        {
            OptionRow row = random.Row(space);
            // Of one element, ONNX Runtime gives the zero point (docs/differences.md).
            long[] shape = random.FullShape(1, 4);
            int at = random.Int(0, shape.Length - 1);
            shape[at] = whole ? shape[at] : Math.Max(2, shape[at]);
            OperatorBuilder builder = Node(random, "QLinearSoftmax").Attr("axis", row.Get(axis) == "front" ? at : at - shape.Length).Attr("opset", row.Get(opset)).In(random.Quantized(row.Get(type), shape), false);
            Parameters(random, builder, row.Get(type), row.Get(zero));
            return builder.In(CaseRandom.Scalar(random.Pick(1 / 256f, 0.01f)), true).In(random.Quantized(row.Get(type), []), true).Steps(1).Out(row.Get(type));
        }, Domain);
    }

    private static OperatorCases Where()
    {
        var space = new OptionSpace("QLinearWhere");
        Option<ElementType> type = space.Add("type", ElementType.UInt8, ElementType.Int8);
        Option<bool> same = space.Add("same parameters", false, true);
        Option<bool> constant = space.Add("constant", false, true);
        return new("QLinearWhere", random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = random.FullShape(1, 3);
            (float scale, bool fixedParts) = (random.Single(0.005f, 0.1f), row.Get(constant));
            OperatorBuilder builder = Node(random, "QLinearWhere").In(random.Tensor(ElementType.Bool, random.BroadcastInto(shape)), false);
            for (int i = 0; i < 2; i++)
            {
                builder.In(random.Quantized(row.Get(type), random.BroadcastInto(shape)), i == 0 && fixedParts).In(CaseRandom.Scalar(row.Get(same) ? scale : random.Single(0.005f, 0.1f)), true).In(random.Quantized(row.Get(type), []), true);
            }

            return builder.In(CaseRandom.Scalar(row.Get(same) ? scale : random.Single(0.005f, 0.1f)), true).In(random.Quantized(row.Get(type), []), true).Steps(1).Out(row.Get(type));
        }, Domain);
    }

    private static OperatorCases QAttention()
    {
        var space = new OptionSpace("QAttention");
        Option<ElementType> weights = space.Add("weights", ElementType.UInt8, ElementType.Int8);
        Option<string> mask = space.Add("mask", "none", "keys", "ends", "ends and starts", "rows");
        Option<bool> past = space.Add("past", false, true);
        Option<bool> causal = space.Add("unidirectional", false, true);
        Option<string> zero = space.Add("zero points", "none", "input", "weights", "both");
        Option<bool> columns = space.Add("per column", false, true);
        Option<bool> present = space.Add("present", false, true);
        Option<bool> filter = space.Add("mask_filter_value", false, true);
        space.Forbid(past, static p => p, mask, static m => m is "ends" or "ends and starts");
        space.Forbid(past, static p => p, present, static p => !p);
        return new("QAttention", random =>
        {
            OptionRow row = random.Row(space);
            (long batch, long rows, long heads, long depth, long width) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 3), random.Int(1, 5), random.Int(1, 8));
            long hidden = heads * depth, before = row.Get(past) ? random.Int(1, 4) : 0, total = before + rows;
            OperatorBuilder builder = Node(random, "QAttention").Attr("num_heads", heads).Attr("unidirectional", row.Get(causal) ? 1L : 0)
                .In(random.Quantized(ElementType.UInt8, [batch, rows, width]), false).In(random.Quantized(row.Get(weights), [width, 3 * hidden]), true).In(random.Tensor(ElementType.Float32, [3 * hidden]), true)
                .In(CaseRandom.Scalar(random.Single(0.005f, 0.03f)), true).In(row.Get(columns) ? random.Floats([3 * hidden], 0.005f, 0.03f) : CaseRandom.Scalar(random.Single(0.005f, 0.03f)), true);
            _ = row.Get(mask) switch
            {
                "keys" => builder.In(Ids(random, [batch, total], 0, 1), false),
                "rows" => builder.In(Ids(random, [batch, rows, total], 0, 1), false),
                "ends" => builder.In(Ids(random, [batch], 1, (int)total), false),
                "ends and starts" => builder.In(TensorValue.Copy([.. Enumerable.Repeat((int)total, (int)batch), .. Enumerable.Repeat(0, (int)batch)], [2 * batch]), false),
                _ => builder.Skip(),
            };
            _ = row.Get(zero) is "input" or "both" ? builder.In(random.Quantized(ElementType.UInt8, []), true) : builder.Skip();
            _ = row.Get(zero) is "weights" or "both" ? builder.In(row.Get(columns) ? Zeros(random, row.Get(weights), 3 * hidden) : random.Quantized(row.Get(weights), []), true) : builder.Skip();
            _ = row.Get(past) ? builder.In(random.Tensor(ElementType.Float32, [2, batch, heads, before, depth]), false) : builder;
            _ = row.Get(filter) ? builder.Attr("mask_filter_value", -50f) : builder;
            builder.Tolerance(1e-3, 1e-3).Out(ElementType.Float32);
            return row.Get(present) ? builder.Out(ElementType.Float32) : builder;
        }, Domain);
    }

    private static OperatorCases Quantize()
    {
        var space = new OptionSpace($"{Domain}.QuantizeLinear");
        Option<ElementType> type = space.Add("type", ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16, ElementType.UInt4, ElementType.Int4);
        Option<string> axis = space.Add("axis", "tensor", "none", "front", "back");
        Option<bool> zero = space.Add("zero point", false, true);
        space.Forbid(type, static t => t != ElementType.UInt8, zero, static z => !z);
        return new($"{Domain}.QuantizeLinear", random =>
        {
            OptionRow row = random.Row(space);
            (long[] shape, long[] parameters, long? at) = Along(random, row.Get(axis));
            OperatorBuilder builder = Node(random, "QuantizeLinear").In(random.Tensor(ElementType.Float32, shape), false).In(random.Floats(parameters, 0.01f, 0.2f));
            _ = at is { } written ? builder.Attr("axis", written) : builder;
            return (row.Get(zero) ? builder.In(random.Quantized(row.Get(type), parameters)) : builder).Out(row.Get(type));
        }, Domain);
    }

    private static OperatorCases Dequantize()
    {
        var space = new OptionSpace($"{Domain}.DequantizeLinear");
        Option<ElementType> type = space.Add("type", ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16, ElementType.Int32, ElementType.UInt4, ElementType.Int4);
        Option<string> axis = space.Add("axis", "tensor", "none", "front", "back");
        Option<bool> zero = space.Add("zero point", false, true);
        space.Forbid(type, static t => t == ElementType.Int32, zero, static z => z);
        return new($"{Domain}.DequantizeLinear", random =>
        {
            OptionRow row = random.Row(space);
            (long[] shape, long[] parameters, long? at) = Along(random, row.Get(axis));
            OperatorBuilder builder = Node(random, "DequantizeLinear").In(row.Get(type) == ElementType.Int32 ? random.Tensor(ElementType.Int32, shape) : random.Quantized(row.Get(type), shape), false)
                .In(random.Floats(parameters, 0.01f, 0.2f));
            _ = at is { } written ? builder.Attr("axis", written) : builder;
            return (row.Get(zero) ? builder.In(random.Quantized(row.Get(type), parameters)) : builder).Out(ElementType.Float32);
        }, Domain);
    }

    private static OperatorCases Concat()
    {
        var space = new OptionSpace("QLinearConcat");
        Option<ElementType> type = space.Add("type", ElementType.UInt8, ElementType.Int8);
        Option<int> count = space.Add("inputs", 1, 2, 3, 5);
        Option<string> axis = space.Add("axis", "front", "back");
        Option<bool> same = space.Add("same parameters", false, true);
        Option<bool> constant = space.Add("constant parameters", false, true);
        return new("QLinearConcat", random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = random.FullShape(1, 3);
            int at = random.Int(0, shape.Length - 1);
            (float scale, bool fixedParts) = (random.Single(0.005f, 0.1f), row.Get(constant));
            using TensorValue zero = random.Quantized(row.Get(type), []);
            OperatorBuilder builder = Node(random, "QLinearConcat").Attr("axis", row.Get(axis) == "front" ? at : at - shape.Length).In(CaseRandom.Scalar(scale), true).In(Copy(zero), true);
            for (int i = 0; i < row.Get(count); i++)
            {
                long[] own = [.. shape];
                own[at] = random.Int(1, 4);
                builder.In(random.Quantized(row.Get(type), own), false).In(CaseRandom.Scalar(row.Get(same) ? scale : random.Single(0.005f, 0.1f)), fixedParts)
                    .In(row.Get(same) ? Copy(zero) : random.Quantized(row.Get(type), []), fixedParts);
            }

            return builder.Steps(1).Out(row.Get(type));
        }, Domain);
    }

    private static OperatorCases FusedConv()
    {
        var space = new OptionSpace("FusedConv");
        Option<string> activation = space.Add("activation", "Relu", "Tanh", "Sigmoid", "LeakyRelu", "Clip", "HardSigmoid");
        Option<int> groups = space.Add("group", 1, 2, 3);
        Option<bool> bias = space.Add("bias", false, true);
        Option<bool> addend = space.Add("addend", false, true);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<bool> dilated = space.Add("dilations", false, true);
        return new("FusedConv", random =>
        {
            OptionRow row = random.Row(space);
            int axes = row.Get(spatial);
            (long images, long inputs, long outputs) = (random.Int(1, 2), random.Int(1, 3), row.Get(groups) * random.Int(1, 4));
            long[] kernel = Draw(axes, 1, 3), step = Draw(axes, 1, 2), dilation = row.Get(dilated) ? Draw(axes, 1, 2) : [.. kernel.Select(static _ => 1L)];
            long[] pads = [.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)k - 1))], size = [.. kernel.Select(k => (2 * k) + random.Int(0, 6))];
            OperatorBuilder builder = Node(random, "FusedConv").Attr("activation", row.Get(activation)).Attr("group", row.Get(groups)).Attr("kernel_shape", kernel).Attr("strides", step).Attr("dilations", dilation).Attr("pads", pads)
                .In(random.Tensor(ElementType.Float32, [images, row.Get(groups) * inputs, .. size]), false).In(random.Tensor(ElementType.Float32, [outputs, inputs, .. kernel]), true);
            _ = row.Get(activation) switch
            {
                "LeakyRelu" => builder.Attr("activation_params", (float[])[0.1f]),
                "Clip" => builder.Attr("activation_params", (float[])[-0.5f, 1.5f]),
                "HardSigmoid" => builder.Attr("activation_params", (float[])[0.3f, 0.4f]),
                _ => builder,
            };
            _ = row.Get(bias) ? builder.In(random.Tensor(ElementType.Float32, [outputs]), true) : row.Get(addend) ? builder.Skip() : builder;
            long[] result = [images, outputs, .. kernel.Select((k, i) => ((size[i] + pads[i] + pads[axes + i] - (dilation[i] * (k - 1)) - 1) / step[i]) + 1)];
            return (row.Get(addend) ? builder.In(random.Tensor(ElementType.Float32, result), false) : builder).Tolerance(1e-4, 2e-4).Out(ElementType.Float32);

            long[] Draw(int count, int from, int through) => [.. Enumerable.Range(0, count).Select(_ => (long)random.Int(from, through))];
        }, Domain);
    }

    private static OperatorCases FusedGemm()
    {
        var space = new OptionSpace("FusedGemm");
        Option<string> activation = space.Add("activation", "Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid", "Elu", "Softplus", "Softsign", "Selu", "ThresholdedRelu");
        Option<bool> transA = space.Add("transA", false, true);
        Option<bool> transB = space.Add("transB", false, true);
        Option<string> addend = space.Add("addend", "none", "scalar", "row", "column", "whole");
        Option<bool> constant = space.Add("constant", false, true);
        return new("FusedGemm", random =>
        {
            OptionRow row = random.Row(space);
            (long m, long n, long k) = (random.Int(1, 9), random.Int(1, 20), random.Int(1, 20));
            OperatorBuilder builder = Node(random, "FusedGemm").Attr("activation", row.Get(activation)).Attr("transA", row.Get(transA) ? 1L : 0).Attr("transB", row.Get(transB) ? 1L : 0)
                .Attr("alpha", random.Single(-1, 1)).Attr("beta", random.Single(-1, 1)).In(random.Tensor(ElementType.Float32, row.Get(transA) ? [k, m] : [m, k]), false)
                .In(random.Tensor(ElementType.Float32, row.Get(transB) ? [n, k] : [k, n]), row.Get(constant));
            _ = row.Get(activation) is "LeakyRelu" or "Elu" or "ThresholdedRelu" ? builder.Attr("activation_alpha", 0.3f) : builder;
            _ = row.Get(activation) == "HardSigmoid" ? builder.Attr("activation_alpha", 0.3f).Attr("activation_beta", 0.4f) : builder;
            _ = row.Get(activation) == "Selu" ? builder.Attr("activation_alpha", 1.5f).Attr("activation_gamma", 1.1f) : builder;
            return (row.Get(addend) switch
            {
                "scalar" => builder.In(random.Tensor(ElementType.Float32, [1])),
                "row" => builder.In(random.Tensor(ElementType.Float32, [n])),
                "column" => builder.In(random.Tensor(ElementType.Float32, [m, 1])),
                "whole" => builder.In(random.Tensor(ElementType.Float32, [m, n])),
                _ => builder,
            }).Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }, Domain);
    }

    // A shape with its parameters: one, or one for each slice along an axis.
    private static (long[] Shape, long[] Parameters, long? Axis) Along(CaseRandom random, string axis)
    {
        long[] shape = random.FullShape(axis == "none" ? 2 : 1, 4);
        int at = axis == "none" ? 1 : random.Int(0, shape.Length - 1);
        return axis switch
        {
            "tensor" => (shape, [], null),
            "none" => (shape, [shape[at]], null),
            "front" => (shape, [shape[at]], at),
            _ => (shape, [shape[at]], at - shape.Length),
        };
    }

    private static void Parameters(CaseRandom random, OperatorBuilder builder, ElementType type, bool zero)
    {
        builder.In(CaseRandom.Scalar(random.Single(0.005f, 0.1f)), true);
        _ = zero ? builder.In(random.Quantized(type, []), true) : builder.Skip();
    }

    // One zero point for all columns: ONNX Runtime takes no others.
    private static TensorValue Zeros(CaseRandom random, ElementType type, long count)
    {
        TensorValue zeros = TensorValue.Allocate(type, [count]);
        zeros.AsWritableBytes().Fill((byte)random.Int(0, 255));
        return zeros;
    }

    private static TensorValue Copy(TensorValue value)
    {
        TensorValue copy = TensorValue.Allocate(value.ElementType, value.Shape);
        value.AsBytes().CopyTo(copy.AsWritableBytes());
        return copy;
    }

    private static TensorValue Ids(CaseRandom random, long[] shape, int from, int through) =>
        TensorValue.Copy(Array.ConvertAll(random.Ints(shape, from, through).AsSpan<long>().ToArray(), static x => (int)x), shape);

    private static OperatorBuilder Node(CaseRandom random, string op) => new(random, op, 18, Domain);
}
