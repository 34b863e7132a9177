namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>com.microsoft: what quantized and optimized files hold.</summary>
internal static class ContribCases
{
    private const string Domain = "com.microsoft";

    public static IEnumerable<OperatorCases> All => s_all.Select(static cases => cases with { Domain = Domain });

    private static readonly OperatorCases[] s_all =
    [
        new("GatherBlockQuantized", GatherBlockQuantized),
        new("DynamicQuantizeLSTM", DynamicQuantizeLstm),
        new("MatMulNBits", MatMulNBits),
        new("DynamicQuantizeMatMul", static random =>
        {
            (long m, long k, long n) = (random.Int(1, 6), random.Int(1, 20), random.Int(1, 9));
            ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
            long[] parameters = random.Chance(0.5) ? [n] : [];
            OperatorBuilder builder = Node(random, "DynamicQuantizeMatMul").In(random.Tensor(ElementType.Float32, [m, k]), false).In(random.Quantized(type, [k, n]), true)
                .In(random.Floats(parameters.Length == 0 ? [1] : parameters, 0.01f, 0.1f), true);
            _ = random.Chance(0.6) ? builder.In(random.Quantized(type, parameters.Length == 0 ? [1] : parameters), true) : builder.Skip();
            return (random.Chance(0.5) ? builder.In(random.Tensor(ElementType.Float32, [n]), true) : builder).Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }),
        new("MatMulIntegerToFloat", static random =>
        {
            (long m, long k, long n) = (random.Int(1, 6), random.Int(1, 20), random.Int(1, 9));
            ElementType left = random.Pick(ElementType.UInt8, ElementType.UInt8, ElementType.Int8);
            ElementType right = left == ElementType.Int8 ? ElementType.Int8 : random.Pick(ElementType.UInt8, ElementType.Int8);
            OperatorBuilder builder = Node(random, "MatMulIntegerToFloat").In(random.Quantized(left, [m, k]), false).In(random.Quantized(right, [k, n]), true)
                .In(random.Floats([1], 0.01f, 0.1f)).In(random.Floats(random.Chance(0.5) ? [n] : [1], 0.01f, 0.1f), true);
            _ = random.Chance(0.6) ? builder.In(random.Quantized(left, [1])) : builder.Skip();
            _ = random.Chance(0.6) ? builder.In(random.Quantized(right, [1]), true) : builder.Skip();
            return (random.Chance(0.5) ? builder.In(random.Tensor(ElementType.Float32, [n]), true) : builder).Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }),
        new("QGemm", static random =>
        {
            (long m, long k, long n) = (random.Int(1, 6), random.Int(1, 20), random.Int(1, 9));
            bool transA = random.Chance(0.3), transB = random.Chance(0.5);
            OperatorBuilder builder = Node(random, "QGemm").Attr("transA", transA ? 1L : 0).Attr("transB", transB ? 1L : 0).Attr("alpha", random.Pick(1f, 0.5f))
                .In(random.Quantized(ElementType.UInt8, transA ? [k, m] : [m, k]), false).In(Scale(random), true).In(random.Quantized(ElementType.UInt8, []), true)
                .In(random.Quantized(ElementType.Int8, transB ? [n, k] : [k, n]), true).In(Scale(random), true).In(random.Quantized(ElementType.Int8, []), true);
            _ = random.Chance(0.5) ? builder.In(TensorValue.Copy(Array.ConvertAll(random.Ints([n], -500, 500).AsSpan<long>().ToArray(), static x => (int)x), [n]), true) : builder.Skip();
            return random.Chance(0.5)
                ? builder.In(Scale(random, 20), true).In(random.Quantized(ElementType.UInt8, []), true).Steps(1).Out(ElementType.UInt8)
                : builder.Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }),
        new("FusedMatMul", static random =>
        {
            (long b, long m, long k, long n) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 9), random.Int(1, 9));
            bool transA = random.Chance(0.4), transB = random.Chance(0.4);
            return Node(random, "FusedMatMul").Attr("transA", transA ? 1L : 0).Attr("transB", transB ? 1L : 0).Attr("alpha", random.Single(0.1f, 2))
                .In(random.Tensor(ElementType.Float32, transA ? [b, k, m] : [b, m, k]), false).In(random.Tensor(ElementType.Float32, transB ? [b, n, k] : [b, k, n])).Tolerance(1e-4, 1e-5).Out(ElementType.Float32);
        }),
        Unary("BiasGelu", bias: true),
        Unary("FastGelu", bias: true),
        Unary("Gelu", bias: false),
        Unary("QuickGelu", bias: false),
        new("SkipLayerNormalization", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float64);
            long[] shape = [random.Int(1, 3), random.Int(1, 4), random.Int(1, 9)];
            long[] row = [shape[2]];
            OperatorBuilder builder = Node(random, "SkipLayerNormalization").In(random.Tensor(type, shape), false).In(random.Tensor(type, shape), false).In(random.Tensor(type, row), true);
            _ = random.Chance(0.6) ? builder.In(random.Tensor(type, row), true) : builder.Skip();
            return (random.Chance(0.5) ? builder.In(random.Tensor(type, row), true) : builder).Attr("epsilon", 1e-3f).Tolerance(1e-3, 1e-4).Out(type).SkipOut().SkipOut().Out(type);
        }),
        new("SkipSimplifiedLayerNormalization", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float64);
            long[] shape = [random.Int(1, 3), random.Int(1, 4), random.Int(1, 9)];
            OperatorBuilder builder = Node(random, "SkipSimplifiedLayerNormalization").In(random.Tensor(type, shape), false).In(random.Tensor(type, shape), false)
                .In(random.Tensor(type, [shape[2]]), true);
            return (random.Chance(0.5) ? builder.In(random.Tensor(type, [shape[2]]), true) : builder).Attr("epsilon", 1e-3f).Tolerance(1e-3, 1e-4).Out(type).SkipOut().SkipOut().Out(type);
        }),
        new("EmbedLayerNormalization", static random =>
        {
            (long b, long s, long h) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 9));
            bool segments = random.Chance(0.5);
            OperatorBuilder builder = Node(random, "EmbedLayerNormalization").In(Ids(random, [b, s], 7), false);
            _ = segments ? builder.In(Ids(random, [b, s], 2), false) : builder.Skip();
            builder.In(random.Tensor(ElementType.Float32, [7, h]), true).In(random.Tensor(ElementType.Float32, [6, h]), true);
            _ = segments ? builder.In(random.Tensor(ElementType.Float32, [2, h]), true) : builder.Skip();
            builder.In(random.Tensor(ElementType.Float32, [h]), true).In(random.Tensor(ElementType.Float32, [h]), true);
            _ = random.Chance(0.5) ? builder.In(Ids(random, [b, s], 2), false) : builder.Skip();
            return builder.Attr("epsilon", 1e-3f).Tolerance(1e-3, 1e-4).Out(ElementType.Float32).Out(ElementType.Int32);
        }),
        new($"{Domain}.Attention", static random =>
        {
            (long b, long s, long heads, long d, long i) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 3), random.Int(1, 5), random.Int(1, 8));
            OperatorBuilder builder = Node(random, "Attention").In(random.Tensor(ElementType.Float32, [b, s, i]), false).In(random.Tensor(ElementType.Float32, [i, 3 * heads * d]), true)
                .In(random.Tensor(ElementType.Float32, [3 * heads * d]), true);
            _ = random.Chance(0.5) ? builder.In(KeyMask(random, b, s), false) : builder.Skip();
            return builder.Attr("num_heads", heads).Attr("unidirectional", random.Chance(0.3) ? 1L : 0).Tolerance(1e-3, 1e-4).Out(ElementType.Float32);
        }),
        Binary("QLinearAdd"),
        Binary("QLinearMul"),
        Lookup("QLinearSigmoid"),
        Lookup("QLinearLeakyRelu"),
    ];

    private static OperatorBuilder Node(CaseRandom random, string op) => new(random, op, 18, Domain);

    private static OperatorCases Unary(string op, bool bias) => new(op == "Gelu" ? $"{Domain}.{op}" : op, random =>
    {
        long[] shape = random.FullShape(1, 3);
        OperatorBuilder builder = Node(random, op).In(random.Tensor(ElementType.Float32, shape), false);
        return (bias ? builder.In(random.Tensor(ElementType.Float32, [shape[^1]])) : builder).Tolerance(1e-4, 1e-5).Out(ElementType.Float32);
    });

    private static OperatorCases Binary(string op) => new(op, random =>
    {
        ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
        long[] shape = random.FullShape(1, 3);
        return Node(random, op).In(random.Quantized(type, shape), false).In(Scale(random), true).In(random.Quantized(type, []), true)
            .In(random.Quantized(type, random.BroadcastInto(shape))).In(Scale(random), true).In(random.Quantized(type, []), true)
            .In(Scale(random, op == "QLinearMul" ? 8 : 2), true).In(random.Quantized(type, []), true).Steps(1).Out(type);
    });

    private static OperatorCases Lookup(string op) => new(op, random =>
    {
        ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
        return Node(random, op).In(random.Quantized(type, random.FullShape(1, 3)), false).In(Scale(random), true).In(random.Quantized(type, []), true)
            .In(Scale(random), true).In(random.Quantized(type, []), true).Steps(1).Out(type);
    });

    private static OperatorBuilder GatherBlockQuantized(CaseRandom random)
    {
        ElementType type = random.Pick(ElementType.UInt8, ElementType.Int4, ElementType.UInt4);
        bool bytes = type == ElementType.UInt8;
        long bits = bytes ? random.Pick(4, 8) : 4;
        long pack = bytes ? 8 / bits : 1;
        (long rows, long columns) = (random.Int(1, 6), random.Int(1, 40) * 2);
        long blocks = (columns + 15) / 16;
        OperatorBuilder builder = Node(random, "GatherBlockQuantized").Attr("block_size", 16L).Attr("quantize_axis", 1L).Attr("gather_axis", 0L);
        if (bytes)
        {
            builder.Attr("bits", bits);
        }

        builder.In(random.Quantized(type, [rows, columns / pack]), true).In(random.Ints([random.Int(1, 4)], 0, (int)rows - 1), false).In(random.Floats([rows, blocks], 0.01f, 1), true);
        return (random.Chance(0.5) ? builder.In(random.Quantized(type, [rows, (blocks + pack - 1) / pack]), true) : builder).Out(ElementType.Float32);
    }

    private static OperatorBuilder MatMulNBits(CaseRandom random)
    {
        (long m, long k, long n) = (random.Int(1, 4), random.Int(1, 70), random.Int(1, 9));
        long block = random.Pick(16, 32);
        long blocks = (k + block - 1) / block;
        OperatorBuilder builder = Node(random, "MatMulNBits").Attr("K", k).Attr("N", n).Attr("bits", 4L).Attr("block_size", block)
            .In(random.Tensor(ElementType.Float32, [m, k]), false).In(random.Quantized(ElementType.UInt8, [n, blocks, block / 2]), true).In(random.Floats([n * blocks], 0.01f, 0.2f), true);
        return (random.Chance(0.5) ? builder.In(random.Quantized(ElementType.UInt8, [n * ((blocks + 1) / 2)]), true) : builder).Tolerance(1e-3, 1e-3).Out(ElementType.Float32);
    }

    private static OperatorBuilder DynamicQuantizeLstm(CaseRandom random)
    {
        string direction = random.Pick("forward", "reverse", "bidirectional");
        long directions = direction == "bidirectional" ? 2 : 1;
        (long steps, long batch, long inputs, long hidden) = (random.Int(1, 5), random.Int(1, 3), random.Int(1, 6), random.Int(1, 6));
        ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
        long[] parameters = random.Chance(0.5) ? [directions] : [directions, 4 * hidden];
        OperatorBuilder builder = Node(random, "DynamicQuantizeLSTM").Attr("direction", direction).Attr("hidden_size", hidden).In(random.Tensor(ElementType.Float32, [steps, batch, inputs]), false)
            .In(random.Quantized(type, [directions, inputs, 4 * hidden]), true).In(random.Quantized(type, [directions, hidden, 4 * hidden]), true);
        _ = random.Chance(0.7) ? builder.In(random.Floats([directions, 8 * hidden], -0.5f, 0.5f), true) : builder.Skip();
        builder.Skip();
        _ = random.Chance(0.5) ? builder.In(random.Floats([directions, batch, hidden], -1, 1)) : builder.Skip();
        _ = random.Chance(0.5) ? builder.In(random.Floats([directions, batch, hidden], -1, 1)) : builder.Skip();
        _ = random.Chance(0.3) ? builder.In(random.Floats([directions, 3 * hidden], -1, 1), true) : builder.Skip();
        for (int i = 0; i < 2; i++)
        {
            builder.In(random.Floats(parameters, 0.001f, 0.02f), true).In(type == ElementType.UInt8 ? Same(random, parameters) : Zeros(parameters), true);
        }

        // A state at the border of two codes may fall to either: one code of 1/255 of the range, through a few steps.
        return builder.Tolerance(1e-2, 1e-2).Out(ElementType.Float32).Out(ElementType.Float32).Out(ElementType.Float32);
    }

    // One zero point for all columns: ONNX Runtime takes no others in uint8.
    private static TensorValue Same(CaseRandom random, long[] shape)
    {
        TensorValue same = TensorValue.Allocate(ElementType.UInt8, shape);
        same.AsWritableSpan<byte>().Fill((byte)random.Int(0, 255));
        return same;
    }

    private static TensorValue Zeros(long[] shape)
    {
        TensorValue zeros = TensorValue.Allocate(ElementType.Int8, shape);
        zeros.AsWritableBytes().Clear();
        return zeros;
    }

    // A row whose keys are all masked is decided by how scores are rounded beside −10,000, to thousandths: each row keeps one.
    private static TensorValue KeyMask(CaseRandom random, long rows, long keys)
    {
        TensorValue mask = Ids(random, [rows, keys], 2);
        for (long row = 0; row < rows; row++)
        {
            mask.AsWritableSpan<int>()[(int)((row * keys) + random.Int(0, (int)keys - 1))] = 1;
        }

        return mask;
    }

    private static TensorValue Ids(CaseRandom random, long[] shape, int below) =>
        TensorValue.Copy(Array.ConvertAll(random.Ints(shape, 0, below - 1).AsSpan<long>().ToArray(), static x => (int)x), shape);

    private static TensorValue Scale(CaseRandom random, float times = 1) => CaseRandom.Scalar(random.Single(0.005f, 0.1f) * times);
}
