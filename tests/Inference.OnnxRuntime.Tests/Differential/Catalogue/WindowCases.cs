namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Pooling.</summary>
internal static class WindowCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("MaxPool", static random =>
        {
            OperatorBuilder builder = Pool("MaxPool", random, random.Pick(ElementType.Float, ElementType.Float, ElementType.Double, ElementType.UInt8), dilate: true, out ElementType type);
            return builder.Out(type);
        }),
        new("AveragePool", static random =>
        {
            OperatorBuilder builder = Pool("AveragePool", random, ElementType.Float, dilate: false, out ElementType type);
            return builder.Attr("count_include_pad", random.Int(0, 1)).Out(type);
        }),
        new("LpPool", static random =>
        {
            OperatorBuilder builder = Pool("LpPool", random, ElementType.Float, dilate: false, out ElementType type);
            return builder.Attr("p", random.Int(1, 3)).Out(type);
        }),
        .. new[] { "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool" }.Select(static op => new OperatorCases(op, random =>
        {
            OperatorBuilder builder = new OperatorBuilder(random, op).In(random.Tensor(ElementType.Float, random.FullShape(3, 5)), false).Tolerance(1e-5, 1e-5);
            return (op == "GlobalLpPool" ? builder.Attr("p", random.Int(1, 3)) : builder).Out(ElementType.Float);
        })),
    ];

    /// <summary>Draws strides, and pads or an automatic padding.</summary>
    internal static void Window(OperatorBuilder builder, CaseRandom random, int spatial, long[] kernel, bool dilate)
    {
        bool dilated = dilate && random.Chance(0.4);
        string automatic = random.Pick("NOTSET", "NOTSET", "NOTSET", "VALID", dilated ? "NOTSET" : "SAME_UPPER", dilated ? "NOTSET" : "SAME_LOWER");

        // With strides beyond the kernel the formula for SAME gives negative padding, which ONNX Runtime refuses.
        bool same = automatic.StartsWith("SAME", StringComparison.Ordinal);
        builder.Attr("strides", [.. kernel.Select(k => (long)random.Int(1, same ? (int)Math.Min(3, k) : 3))]);
        if (dilated)
        {
            builder.Attr("dilations", [.. kernel.Select(_ => (long)random.Int(1, 2))]);
        }

        if (automatic != "NOTSET")
        {
            builder.Attr("auto_pad", automatic);
        }
        else if (random.Chance(0.7))
        {
            builder.Attr("pads", [.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)k - 1))]);
        }
    }

    private static OperatorBuilder Pool(string op, CaseRandom random, ElementType chosen, bool dilate, out ElementType type)
    {
        type = chosen;
        int spatial = random.Int(1, 3);
        long[] kernel = [.. Enumerable.Range(0, spatial).Select(_ => (long)random.Int(1, 3))];
        long[] size = [.. kernel.Select(k => (2 * k) + random.Int(0, 5))];
        OperatorBuilder builder = new OperatorBuilder(random, op).In(random.Tensor(type, [random.Int(1, 2), random.Int(1, 4), .. size]), false).Attr("kernel_shape", kernel).Tolerance(1e-5, 1e-5);
        Window(builder, random, spatial, kernel, dilate);
        return builder.Attr("ceil_mode", random.Chance(0.3) ? 1 : 0);
    }
}
