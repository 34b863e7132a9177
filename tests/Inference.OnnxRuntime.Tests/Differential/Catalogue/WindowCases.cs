namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Pooling.</summary>
internal static class WindowCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        Pool("MaxPool", [8, 10, 11, 12, 22], [ElementType.Float32, ElementType.Float64, ElementType.UInt8, ElementType.Int8]),
        Pool("AveragePool", [7, 10, 11, 19, 22], [ElementType.Float32]),
        Pool("LpPool", [2, 11, 18, 22], [ElementType.Float32]),
        .. new[] { "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool" }.Select(static op => new OperatorCases(op, random =>
        {
            OperatorBuilder builder = new OperatorBuilder(random, op).In(random.Tensor(ElementType.Float32, random.FullShape(3, 5)), false).Tolerance(1e-5, 1e-5);
            return (op == "GlobalLpPool" ? builder.Attr("p", random.Int(1, 3)) : builder).Out(ElementType.Float32);
        })),
    ];

    /// <summary>Draws strides, and pads or an automatic padding.</summary>
    internal static void Window(OperatorBuilder builder, CaseRandom random, long[] kernel, bool dilate)
    {
        bool dilated = dilate && random.Chance(0.4);
        string automatic = random.Pick("NOTSET", "NOTSET", "NOTSET", "VALID", dilated ? "NOTSET" : "SAME_UPPER", dilated ? "NOTSET" : "SAME_LOWER");
        Window(builder, random, kernel, strides: true, dilated, automatic == "NOTSET" && random.Chance(0.3) ? "" : automatic);
    }

    /// <summary>Writes a window.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="random">Draws the numbers.</param>
    /// <param name="kernel">The kernel's size.</param>
    /// <param name="strides">Whether it has strides.</param>
    /// <param name="dilated">Whether it has dilations.</param>
    /// <param name="padding">The automatic padding; NOTSET for pads, an empty text for none.</param>
    internal static void Window(OperatorBuilder builder, CaseRandom random, long[] kernel, bool strides, bool dilated, string padding)
    {
        // With strides beyond the kernel the formula for SAME gives negative padding, which ONNX Runtime refuses.
        bool same = padding.StartsWith("SAME", StringComparison.Ordinal);
        if (strides)
        {
            builder.Attr("strides", [.. kernel.Select(k => (long)random.Int(1, same ? (int)Math.Min(3, k) : 3))]);
        }

        if (dilated)
        {
            builder.Attr("dilations", [.. kernel.Select(_ => (long)random.Int(1, 2))]);
        }

        if (padding == "NOTSET")
        {
            builder.Attr("pads", [.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)k - 1))]);
        }
        else if (padding.Length > 0)
        {
            builder.Attr("auto_pad", padding);
        }
    }

    private static OperatorCases Pool(string op, long[] versions, ElementType[] types)
    {
        var space = new OptionSpace(op);
        Option<long> version = space.Add("version", versions);
        Option<ElementType> type = space.Add("type", types);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<string> padding = space.Add("padding", "", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
        Option<bool> strides = space.Add("strides", false, true);
        Option<bool> dilations = space.Add("dilations", false, true);
        Option<long> ceiling = space.Add("ceil_mode", -1L, 0L, 1L);
        Option<string> own = space.Add("own", (string[])(op switch { "MaxPool" => ["values", "indices", "indices by columns"], "AveragePool" => ["", "without pads", "with pads"], _ => ["p 1", "p 2", "p 3"] }));
        (long Ceiling, long Dilations) since = op switch { "MaxPool" => (10, 10), "AveragePool" => (10, 19), _ => (18, 18) };
        space.Forbid(version, v => v < since.Ceiling, ceiling, static c => c >= 0);
        space.Forbid(version, v => v < since.Dilations, dilations, static d => d);

        // ONNX Runtime pads as if the kernel had no dilations, and refuses strides beyond it (docs/differences.md).
        space.Forbid(padding, static p => p.StartsWith("SAME", StringComparison.Ordinal), dilations, static d => d);
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            long[] kernel = [.. Enumerable.Range(0, row.Get(spatial)).Select(_ => (long)random.Int(1, 3))];
            long[] size = [.. kernel.Select(k => (2 * k) + random.Int(0, 5))], shape = [random.Int(1, 2), random.Int(1, 4), .. size];
            ElementType element = row.Get(type);
            OperatorBuilder builder = new OperatorBuilder(random, op, row.Get(version)).Attr("kernel_shape", kernel).Tolerance(1e-5, 1e-5)
                .In(element is ElementType.UInt8 or ElementType.Int8 ? random.Quantized(element, shape) : random.Tensor(element, shape), false);
            Window(builder, random, kernel, row.Get(strides), row.Get(dilations), row.Get(padding));
            _ = row.Get(ceiling) >= 0 ? builder.Attr("ceil_mode", row.Get(ceiling)) : builder;
            builder.Out(element);
            return row.Get(own) switch
            {
                "indices" => builder.Out(ElementType.Int64),
                "indices by columns" => builder.Attr("storage_order", 1L).Out(ElementType.Int64),
                "without pads" => builder.Attr("count_include_pad", 0L),
                "with pads" => builder.Attr("count_include_pad", 1L),
                "p 1" => builder.Attr("p", 1L),
                "p 3" => builder.Attr("p", 3L),
                _ => builder,
            };
        });
    }
}
