namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Matrix products and convolutions.</summary>
internal static class ProductCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("MatMul", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64);
            (long[] a, long[] b) = Matrices(random);
            return new OperatorBuilder(random, "MatMul").In(random.Tensor(type, a), false).In(random.Tensor(type, b)).Out(type).Tolerance(1e-5, 1e-4);
        }),
        new("MatMulInteger", static random =>
        {
            (long[] a, long[] b) = Matrices(random);
            ElementType left = random.Pick(ElementType.UInt8, ElementType.Int8);
            ElementType right = random.Pick(ElementType.UInt8, ElementType.Int8);
            OperatorBuilder builder = new OperatorBuilder(random, "MatMulInteger").In(random.Quantized(left, a), false).In(random.Quantized(right, b));
            _ = random.Chance(0.7) ? builder.In(random.Quantized(left, [])) : builder.Skip();
            return (random.Chance(0.7) ? builder.In(random.Quantized(right, [])) : builder).Out(ElementType.Int32);
        }),
        Gemm(),
        Convolution("Conv", [1, 11, 22], [ElementType.Float32]),
        Transposed(),
        Convolution("ConvInteger", [10], [ElementType.UInt8, ElementType.Int8]),
        new("Einsum", static random =>
        {
            long i = random.Positive(), j = random.Positive(), k = random.Positive(), b = random.Int(1, 3);
            (string equation, long[] left, long[] right) = random.Pick<(string, long[], long[])>(
                ("ij,jk->ik", [i, j], [j, k]), ("bij,bjk->bik", [b, i, j], [b, j, k]), ("ij,ij->", [i, j], [i, j]), ("ij,kj->ikj", [i, j], [k, j]), ("bij,bkj->bki", [b, i, j], [b, k, j]), ("i,j->ji", [i], [j]));
            return new OperatorBuilder(random, "Einsum").In(random.Tensor(ElementType.Float32, left), false).In(random.Tensor(ElementType.Float32, right)).Attr("equation", equation).Out(ElementType.Float32).Tolerance(1e-5, 1e-4);
        }),
    ];

    /// <summary>Shapes of two tensors that can be multiplied, vectors and batches among them.</summary>
    internal static (long[] A, long[] B) Matrices(CaseRandom random)
    {
        long m = random.Dim(), n = random.Dim(), k = random.Positive();

        // ONNX Runtime refuses a vector beside a matrix without rows (docs/differences.md).
        (m, n) = (m == 0 || n == 0) && random.Chance(0.5) ? (m + 1, n + 1) : (m, n);
        bool vectors = m > 0 && n > 0;
        long[] batch = [.. random.FullShape(0, 2).Select(static d => Math.Min(d, 3))];
        long[] a = vectors && random.Chance(0.1) ? [k] : [.. random.BroadcastInto(batch), m, k];
        long[] b = vectors && random.Chance(0.1) ? [k] : [.. random.BroadcastInto(batch), k, n];
        return (a, b);
    }

    private static OperatorCases Gemm()
    {
        var space = new OptionSpace("Gemm");
        Option<long> version = space.Add("version", 7L, 9L, 11L, 13L);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<long> transA = space.Add("transA", 0L, 1L);
        Option<long> transB = space.Add("transB", 0L, 1L);
        Option<string> addend = space.Add("C", "none", "number", "[1]", "row", "[1,N]", "column", "whole");
        Option<string> factors = space.Add("factors", "none", "alpha", "beta", "both");
        Option<bool> constant = space.Add("B constant", false, true);
        Option<bool> empty = space.Add("empty", false, true);
        space.Forbid(version, static v => v < 11, addend, static c => c == "none");
        return new("Gemm", random =>
        {
            OptionRow row = random.Row(space);
            ElementType element = row.Get(type);
            long m = random.Positive(), n = random.Positive(), k = random.Positive();
            (m, n) = row.Get(empty) ? random.Chance(0.5) ? (0, n) : (m, 0) : (m, n);
            OperatorBuilder builder = new OperatorBuilder(random, "Gemm", row.Get(version)).In(random.Tensor(element, row.Get(transA) == 1 ? [k, m] : [m, k]), false)
                .In(random.Tensor(element, row.Get(transB) == 1 ? [n, k] : [k, n]), row.Get(constant)).Attr("transA", row.Get(transA)).Attr("transB", row.Get(transB)).Tolerance(1e-5, 1e-4);
            _ = row.Get(factors) is "alpha" or "both" ? builder.Attr("alpha", random.Single(-2, 2)) : builder;
            _ = row.Get(factors) is "beta" or "both" ? builder.Attr("beta", random.Single(-2, 2)) : builder;
            return (row.Get(addend) switch
            {
                "number" => builder.In(random.Tensor(element, [])),
                "[1]" => builder.In(random.Tensor(element, [1])),
                "row" => builder.In(random.Tensor(element, [n])),
                "[1,N]" => builder.In(random.Tensor(element, [1, n])),
                "column" => builder.In(random.Tensor(element, [m, 1])),
                "whole" => builder.In(random.Tensor(element, [m, n])),
                _ => builder,
            }).Out(element);
        });
    }

    private static OperatorCases Convolution(string op, long[] versions, ElementType[] types)
    {
        bool quantized = op == "ConvInteger";
        var space = new OptionSpace(op);
        Option<long> version = space.Add("version", versions);
        Option<ElementType> type = space.Add("type", types);
        Option<int> spatial = space.Add("spatial", quantized ? [2] : (int[])[1, 2, 3]);
        Option<int> groups = space.Add("group", 1, 2, 3);
        Option<bool> single = space.Add("one channel a group", false, true);
        Option<string> padding = space.Add("padding", "", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
        Option<bool> strides = space.Add("strides", false, true);
        Option<bool> dilations = space.Add("dilations", false, true);
        Option<bool> addend = space.Add(quantized ? "x_zero_point" : "B", false, true);
        Option<bool> zero = space.Add("w_zero_point", quantized ? [false, true] : (bool[])[false]);
        Option<bool> constant = space.Add("constant", false, true);
        Option<bool> pointwise = space.Add("pointwise", false, true);
        space.Forbid(padding, static p => p.StartsWith("SAME", StringComparison.Ordinal), dilations, static d => d);
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            ElementType element = row.Get(type);
            int inputs = row.Get(single) ? 1 : random.Int(1, 4), outputs = row.Get(single) ? random.Int(1, 2) : random.Int(1, 9);
            long[] kernel = [.. Enumerable.Range(0, row.Get(spatial)).Select(_ => row.Get(pointwise) ? 1 : (long)random.Int(1, 4))], size = [.. kernel.Select(k => (2 * k) + random.Int(0, 6))];
            long[] x = [random.Int(1, 2), row.Get(groups) * inputs, .. size], w = [row.Get(groups) * outputs, inputs, .. kernel];
            OperatorBuilder builder = new OperatorBuilder(random, op, row.Get(version)).In(quantized ? random.Quantized(element, x) : random.Tensor(element, x), false)
                .In(quantized ? random.Quantized(ElementType.UInt8, w) : random.Tensor(element, w), row.Get(constant)).Attr("group", row.Get(groups)).Attr("kernel_shape", kernel).Tolerance(1e-5, 2e-4);
            WindowCases.Window(builder, random, kernel, row.Get(strides), row.Get(dilations), row.Get(padding));
            if (!quantized)
            {
                return (row.Get(addend) ? builder.In(random.Tensor(element, [row.Get(groups) * outputs])) : builder).Out(element);
            }

            _ = row.Get(addend) ? builder.In(random.Quantized(element, [])) : row.Get(zero) ? builder.Skip() : builder;
            return (row.Get(zero) ? builder.In(random.Quantized(ElementType.UInt8, [])) : builder).Out(ElementType.Int32);
        });
    }

    private static OperatorCases Transposed()
    {
        var space = new OptionSpace("ConvTranspose");
        Option<long> version = space.Add("version", 1L, 11L, 22L);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<int> groups = space.Add("group", 1, 2, 3);
        Option<string> padding = space.Add("padding", "none", "pads", "SAME_UPPER", "SAME_LOWER", "VALID", "output_shape");
        Option<bool> strides = space.Add("strides", false, true);
        Option<bool> dilations = space.Add("dilations", false, true);
        Option<bool> extra = space.Add("output_padding", false, true);
        Option<bool> bias = space.Add("B", false, true);
        Option<bool> constant = space.Add("constant", false, true);
        space.Forbid(padding, static p => p is "output_shape" or "VALID" || p.StartsWith("SAME", StringComparison.Ordinal), extra, static e => e);
        space.Forbid(padding, static p => p is "output_shape" || p.StartsWith("SAME", StringComparison.Ordinal), dilations, static d => d);
        return new("ConvTranspose", random =>
        {
            OptionRow row = random.Row(space);
            int inputs = random.Int(1, 3), outputs = random.Int(1, 3);
            long[] kernel = [.. Enumerable.Range(0, row.Get(spatial)).Select(_ => (long)random.Int(1, 4))], size = [.. kernel.Select(_ => (long)random.Int(3, 6))];
            long[] step = [.. kernel.Select(_ => row.Get(strides) ? (long)random.Int(1, 3) : 1)], dilation = [.. kernel.Select(_ => row.Get(dilations) ? (long)random.Int(1, 2) : 1)];

            // A kernel below the stride would leave SAME less than nothing to pad.
            string form = row.Get(padding);
            step = form.StartsWith("SAME", StringComparison.Ordinal) || form == "output_shape" ? [.. step.Select((s, i) => Math.Min(s, kernel[i]))] : step;
            OperatorBuilder builder = new OperatorBuilder(random, "ConvTranspose", row.Get(version)).Attr("group", row.Get(groups)).Attr("kernel_shape", kernel).Tolerance(1e-5, 2e-4)
                .In(random.Tensor(ElementType.Float32, [random.Int(1, 2), row.Get(groups) * inputs, .. size]), false)
                .In(random.Tensor(ElementType.Float32, [row.Get(groups) * inputs, outputs, .. kernel]), row.Get(constant));
            _ = row.Get(strides) ? builder.Attr("strides", step) : builder;
            _ = row.Get(dilations) ? builder.Attr("dilations", dilation) : builder;
            _ = row.Get(extra) ? builder.Attr("output_padding", [.. step.Select(s => (long)random.Int(0, (int)s - 1))]) : builder;
            _ = form switch
            {
                "none" => builder,
                "pads" => builder.Attr("pads", [.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)(k - 1) / 2))]),
                "output_shape" => builder.Attr("output_shape", [.. size.Select((d, i) => ((d - 1) * step[i]) + kernel[i] - random.Int(0, (int)kernel[i] - 1))]),
                _ => builder.Attr("auto_pad", form),
            };
            return (row.Get(bias) ? builder.In(random.Tensor(ElementType.Float32, [row.Get(groups) * outputs])) : builder).Out(ElementType.Float32);
        });
    }
}
