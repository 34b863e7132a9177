namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Matrix products and convolutions.</summary>
internal static class ProductCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("MatMul", static random =>
        {
            ElementType type = random.Pick(ElementType.Float, ElementType.Float, ElementType.Float, ElementType.Double, ElementType.Int32, ElementType.Int64);
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
        new("Gemm", static random =>
        {
            ElementType type = random.Pick(ElementType.Float, ElementType.Float, ElementType.Double);
            long m = random.Dim(), n = random.Dim(), k = random.Positive();
            bool transA = random.Chance(0.5), transB = random.Chance(0.5);
            OperatorBuilder builder = new OperatorBuilder(random, "Gemm").In(random.Tensor(type, transA ? [k, m] : [m, k]), false).In(random.Tensor(type, transB ? [n, k] : [k, n]))
                .Attr("transA", transA ? 1 : 0).Attr("transB", transB ? 1 : 0).Attr("alpha", random.Single(-2, 2)).Attr("beta", random.Single(-2, 2)).Tolerance(1e-5, 1e-4);
            long[][] shapes = [[], [1], [n], [1, n], [m, 1], [m, n]];
            return (random.Chance(0.8) ? builder.In(random.Tensor(type, random.Pick<long[]>(shapes))) : builder).Out(type);
        }),
        new("Conv", static random => Convolution("Conv", random, ElementType.Float)),
        new("ConvTranspose", static random => Transposed(random)),
        new("ConvInteger", static random => Convolution("ConvInteger", random, random.Pick(ElementType.UInt8, ElementType.Int8))),
        new("Einsum", static random =>
        {
            long i = random.Positive(), j = random.Positive(), k = random.Positive(), b = random.Int(1, 3);
            (string equation, long[] left, long[] right) = random.Pick<(string, long[], long[])>(
                ("ij,jk->ik", [i, j], [j, k]), ("bij,bjk->bik", [b, i, j], [b, j, k]), ("ij,ij->", [i, j], [i, j]), ("ij,kj->ikj", [i, j], [k, j]), ("bij,bkj->bki", [b, i, j], [b, k, j]), ("i,j->ji", [i], [j]));
            return new OperatorBuilder(random, "Einsum").In(random.Tensor(ElementType.Float, left), false).In(random.Tensor(ElementType.Float, right)).Attr("equation", equation).Out(ElementType.Float).Tolerance(1e-5, 1e-4);
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

    private static OperatorBuilder Convolution(string op, CaseRandom random, ElementType type)
    {
        int spatial = op == "Conv" ? random.Int(1, 3) : 2;
        int groups = random.Pick(1, 1, 2, 3);
        int inputs = random.Int(1, 3), outputs = random.Int(1, 5);
        long[] kernel = [.. Enumerable.Range(0, spatial).Select(_ => (long)random.Int(1, 4))];
        long[] size = [.. kernel.Select(k => (2 * k) + random.Int(0, 6))];
        bool quantized = op == "ConvInteger";
        TensorValue x = quantized ? random.Quantized(type, [random.Int(1, 2), groups * inputs, .. size]) : random.Tensor(type, [random.Int(1, 2), groups * inputs, .. size]);
        TensorValue w = quantized ? random.Quantized(ElementType.UInt8, [groups * outputs, inputs, .. kernel]) : random.Tensor(type, [groups * outputs, inputs, .. kernel]);
        OperatorBuilder builder = new OperatorBuilder(random, op).In(x, false).In(w, random.Chance(0.7)).Attr("group", groups).Attr("kernel_shape", kernel).Tolerance(1e-5, 2e-4);
        WindowCases.Window(builder, random, kernel, dilate: true);
        if (quantized)
        {
            return (random.Chance(0.6) ? builder.In(random.Quantized(type, [])) : builder).Out(ElementType.Int32);
        }

        return (random.Chance(0.6) ? builder.In(random.Tensor(type, [groups * outputs])) : builder).Out(type);
    }

    private static OperatorBuilder Transposed(CaseRandom random)
    {
        int spatial = random.Int(1, 2);
        int groups = random.Pick(1, 1, 2);
        int inputs = random.Int(1, 3), outputs = random.Int(1, 3);
        long[] kernel = [.. Enumerable.Range(0, spatial).Select(_ => (long)random.Int(1, 4))];
        long[] strides = [.. kernel.Select(_ => (long)random.Int(1, 3))];
        long[] pads = [.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)(k - 1) / 2))];
        OperatorBuilder builder = new OperatorBuilder(random, "ConvTranspose")
            .In(random.Tensor(ElementType.Float, [random.Int(1, 2), groups * inputs, .. kernel.Select(_ => (long)random.Int(3, 6))]), false)
            .In(random.Tensor(ElementType.Float, [groups * inputs, outputs, .. kernel]), random.Chance(0.7))
            .Attr("group", groups).Attr("kernel_shape", kernel).Attr("strides", strides).Attr("pads", pads)
            .Attr("output_padding", [.. strides.Select(s => (long)random.Int(0, (int)s - 1))]).Tolerance(1e-5, 2e-4);
        return (random.Chance(0.6) ? builder.In(random.Tensor(ElementType.Float, [groups * outputs])) : builder).Out(ElementType.Float);
    }
}
