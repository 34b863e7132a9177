namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Convolutions whose taps lie where a second input puts them; ONNX Runtime's CPU provider has none.</summary>
internal static class DeformableCases
{
    internal static OperatorCases DeformConv()
    {
        var space = new OptionSpace("DeformConv");
        Option<int> groups = space.Add("group", 1, 2);
        Option<int> parts = space.Add("offset_group", 1, 2);
        Option<bool> bias = space.Add("bias", false, true);
        Option<bool> mask = space.Add("mask", false, true);
        Option<bool> pads = space.Add("pads", false, true);
        Option<int> dilation = space.Add("dilations", 1, 2);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        return new("DeformConv", random =>
        {
            OptionRow row = random.Row(space);
            ElementType element = row.Get(type);
            (long images, long channels, long outputs) = (random.Int(1, 2), 2 * random.Int(1, 2), 2 * random.Int(1, 2));
            long[] kernel = [random.Int(1, 3), random.Int(1, 3)], step = [random.Int(1, 2), random.Int(1, 2)], size = [.. kernel.Select(k => (2 * k) + random.Int(0, 3))];
            long[] pad = [.. kernel.Concat(kernel).Select(k => row.Get(pads) ? (long)random.Int(0, (int)k - 1) : 0)];
            long[] result = [.. kernel.Select((k, i) => ((size[i] + pad[i] + pad[2 + i] - (row.Get(dilation) * (k - 1)) - 1) / step[i]) + 1)];
            OperatorBuilder builder = new OperatorBuilder(random, "DeformConv", 19).Attr("group", row.Get(groups)).Attr("offset_group", row.Get(parts)).Attr("strides", step)
                .Attr("dilations", [row.Get(dilation), row.Get(dilation)]).Attr("kernel_shape", kernel).Attr("pads", pad)
                .In(random.Tensor(element, [images, channels, .. size]), false).In(random.Tensor(element, [outputs, channels / row.Get(groups), .. kernel]))
                .In(random.Tensor(element, [images, row.Get(parts) * 2 * kernel[0] * kernel[1], .. result]), false);
            _ = row.Get(bias) ? builder.In(random.Tensor(element, [outputs])) : row.Get(mask) ? builder.Skip() : builder;
            return (row.Get(mask) ? builder.In(random.Tensor(element, [images, row.Get(parts) * kernel[0] * kernel[1], .. result]), false) : builder).Out(element).Tolerance(1e-4, 1e-4);
        });
    }
}
