namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Small operators of com.microsoft, and those that were in the default domain while they were experimental.</summary>
internal static class ContribTensorCases
{
    private const string Domain = "com.microsoft";

    private static readonly ElementType[] s_moved = [ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64];

    public static IEnumerable<OperatorCases> All => s_contrib.Select(static cases => cases with { Domain = Domain }).Concat(s_experimental);

    private static readonly OperatorCases[] s_contrib =
    [
        new("BifurcationDetector", BifurcationDetector),
        new("CausalConvWithState", static random =>
        {
            bool last = random.Chance(0.5);
            (long batch, long length, long kernel, long dilation) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 4), random.Int(1, 2));
            long[] channels = last && random.Chance(0.5) ? [random.Int(1, 3), random.Int(1, 4)] : [random.Int(1, 5)];
            long all = channels.Aggregate(static (a, b) => a * b);
            long keep = dilation * (kernel - 1);
            OperatorBuilder builder = Node(random, "CausalConvWithState").Attr("activation", random.Pick("none", "silu", "swish")).Attr("channels_last", last ? 1L : 0).Attr("dilation", dilation)
                .In(random.Tensor(ElementType.Float32, last ? [batch, length, .. channels] : [batch, all, length]), false).In(random.Tensor(ElementType.Float32, [all, 1, kernel]));
            _ = random.Chance(0.5) ? builder.In(random.Tensor(ElementType.Float32, [all])) : builder.Skip();
            return (random.Chance(0.5) ? builder.In(random.Tensor(ElementType.Float32, last ? [batch, keep, .. channels] : [batch, all, keep]), false) : builder)
                .Tolerance(1e-4, 1e-4).Out(ElementType.Float32).Out(ElementType.Float32);
        }),
        new("CDist", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64);
            long width = random.Int(1, 9);
            return Node(random, "CDist").Attr("metric", random.Pick("sqeuclidean", "euclidean")).In(random.Tensor(type, [random.Int(1, 6), width]), false)
                .In(random.Tensor(type, [random.Int(1, 6), width])).Tolerance(1e-3, 1e-3).Out(type);
        }),
        new("CropAndResize", static random =>
        {
            (long images, long regions) = (random.Int(1, 3), random.Int(1, 4));
            return Node(random, "CropAndResize").Attr("mode", random.Pick("bilinear", "nearest")).Attr("extrapolation_value", random.Single(-1, 1))
                .In(random.Tensor(ElementType.Float32, [images, random.Int(1, 3), random.Int(1, 6), random.Int(1, 6)]), false).In(random.Floats([regions, 4], -0.2f, 1.2f))
                .In(Integers(random, [regions], 0, (int)images - 1)).In(Integers(random, [2], 1, 5)).Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }),
        new("DynamicTimeWarping", static random =>
        {
            long[] shape = [random.Int(1, 9), random.Int(1, 9)];
            return Node(random, "DynamicTimeWarping").In(random.Tensor(ElementType.Float32, random.Chance(0.5) ? shape : [1, .. shape]), false).Out(ElementType.Int32);
        }),
        new("ExpandDims", static random =>
        {
            ElementType type = random.Pick(s_moved);
            long[] shape = random.Shape(0, 4);
            return Node(random, "ExpandDims").In(random.Tensor(type, shape), false).In(CaseRandom.Scalar(random.Int(-shape.Length - 1, shape.Length)), true).Out(type);
        }),
        new($"{Domain}.GatherND", static random =>
        {
            ElementType type = random.Pick(s_moved);
            long[] shape = random.FullShape(1, 3);
            int depth = random.Int(1, shape.Length);
            int least = (int)shape[..depth].Min();
            return Node(random, "GatherND").In(random.Tensor(type, shape), false).In(random.Ints([random.Int(1, 4), depth], 0, least - 1)).Out(type);
        }),
        new($"{Domain}.GridSample", static random =>
        {
            long images = random.Int(1, 2);
            return Node(random, "GridSample").Attr("mode", random.Pick("bilinear", "nearest", "bicubic")).Attr("padding_mode", random.Pick("zeros", "border", "reflection"))
                .Attr("align_corners", random.Int(0, 1)).In(random.Tensor(ElementType.Float32, [images, random.Int(1, 3), random.Int(2, 6), random.Int(2, 6)]), false)
                .In(random.Floats([images, random.Int(1, 5), random.Int(1, 5), 2], -1.1f, 1.1f)).Tolerance(1e-3, 1e-3).Out(ElementType.Float32);
        }),
        new("Inverse", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64);
            long size = random.Int(1, 5);
            return Node(random, "Inverse").In(Diagonal(random, type, [random.Int(1, 3), size, size]), false).Tolerance(1e-3, 1e-4).Out(type);
        }),
        new("LinearAttention", static random =>
        {
            (long batch, long length, long depth, long width, long heads) = (random.Int(1, 2), random.Int(1, 5), random.Int(1, 5), random.Int(1, 5), random.Pick(1L, 2L, 4L));
            (long queries, long keys) = (random.Pick(1L, heads), random.Pick(1L, heads));
            string rule = random.Pick("linear", "gated", "delta", "gated_delta");
            OperatorBuilder builder = Node(random, "LinearAttention").Attr("q_num_heads", queries).Attr("kv_num_heads", heads).Attr("update_rule", rule)
                .In(random.Floats([batch, length, queries * depth], -1, 1), false).In(random.Floats([batch, length, keys * depth], -1, 1), false).In(random.Floats([batch, length, heads * width], -1, 1), false);
            _ = random.Chance(0.5) ? builder.In(random.Floats([batch, heads, depth, width], -1, 1), false) : builder.Skip();
            _ = rule.Contains("gated", StringComparison.Ordinal) ? builder.In(random.Floats([batch, length, heads * random.Pick(1, depth)], -2, 0), false) : builder.Skip();
            return (rule.Contains("delta", StringComparison.Ordinal) ? builder.In(random.Floats([batch, length, random.Pick(1, heads)], 0, 1), false) : builder)
                .Tolerance(1e-4, 1e-4).Out(ElementType.Float32).Out(ElementType.Float32);
        }),
        new("MatMulBnb4", static random =>
        {
            (long m, long k, long n, long block) = (random.Int(1, 4), random.Int(1, 40), random.Int(1, 9), random.Pick(16L, 32L, 64L));
            return Node(random, "MatMulBnb4").Attr("K", k).Attr("N", n).Attr("block_size", block).Attr("quant_type", random.Int(0, 1)).In(random.Tensor(ElementType.Float32, [m, k]), false)
                .In(random.Quantized(ElementType.UInt8, [((n * k) + 1) / 2]), true).In(random.Floats([((n * k) + block - 1) / block], 0.1f, 2), true).Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }),
        new("MatMulFpQ4", MatMulFpQ4),
        new("MatMulInteger16", static random =>
        {
            (long b, long m, long k, long n) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 9), random.Int(1, 9));
            return Node(random, "MatMulInteger16").In(random.Quantized(ElementType.Int16, [b, m, k]), false).In(random.Quantized(ElementType.Int16, random.Chance(0.5) ? [k, n] : [b, k, n])).Out(ElementType.Int32);
        }),
        new("MaxpoolWithMask", static random =>
        {
            int spatial = random.Int(1, 3);
            long[] sizes = [.. Enumerable.Range(0, spatial).Select(_ => (long)random.Int(3, 7))];
            long[] kernel = [.. sizes.Select(size => (long)random.Int(1, (int)size - 1))];
            return Node(random, "MaxpoolWithMask").Attr("kernel_shape", kernel).Attr("strides", [.. kernel.Select(_ => (long)random.Int(1, 2))])
                .Attr("pads", [.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)k - 1))]).In(random.Tensor(ElementType.Float32, [random.Int(1, 2), random.Int(1, 3), .. sizes]), false)
                .In(Integers(random, [1, 1, .. sizes], 0, 2), false).Out(ElementType.Float32);
        }),
        new("MurmurHash3", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64, ElementType.UInt32, ElementType.UInt64);
            bool positive = random.Chance(0.5);
            return Node(random, "MurmurHash3").Attr("seed", random.Int(0, 100)).Attr("positive", positive ? 1L : 0).In(random.Tensor(type, random.Shape(0, 3)), false)
                .Out(positive ? ElementType.UInt32 : ElementType.Int32);
        }),
        new("NGramHashMapping", static random =>
        {
            ElementType type = random.Pick(ElementType.Int32, ElementType.Int64);
            (long batch, long most, long heads) = (random.Int(1, 3), random.Int(2, 4), random.Int(1, 3));
            OperatorBuilder builder = Node(random, "NGramHashMapping").Attr("max_ngram_size", most).Attr("n_head_per_ngram", heads).Attr("pad_id", random.Int(-2, 2))
                .In(Tokens(random, type, [batch, random.Int(1, 6)], 0, 5), false).In(Tokens(random, type, [most], -100000, 100000)).In(Tokens(random, type, [(most - 1) * heads], 1, 50));
            return (random.Chance(0.5) ? builder.In(Tokens(random, type, [batch, most - 1], 0, 5)) : builder).Out(type).Out(type);
        }),
        new("NGramRepeatBlock", static random =>
        {
            long batch = random.Int(1, 3);
            return Node(random, "NGramRepeatBlock").Attr("ngram_size", random.Int(1, 3)).In(random.Ints([batch, random.Int(3, 9)], 0, 4), false).In(random.Tensor(ElementType.Float32, [batch, 5]), false).Out(ElementType.Float32);
        }),
        new("NhwcMaxPool", static random =>
        {
            int spatial = random.Int(1, 3);
            ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
            long[] kernel = [.. Enumerable.Range(0, spatial).Select(_ => (long)random.Int(1, 3))];
            OperatorBuilder builder = Node(random, "NhwcMaxPool").Attr("kernel_shape", kernel)
                .In(random.Quantized(type, [random.Int(1, 2), .. kernel.Select(k => (2 * k) + random.Int(0, 4)), random.Int(1, 20)]), false);
            WindowCases.Window(builder, random, kernel, dilate: true);
            return builder.Out(type);
        }),
        new($"{Domain}.Pad", static random =>
        {
            long[] shape = random.FullShape(1, 3);
            OperatorBuilder builder = Node(random, "Pad").Attr("mode", random.Pick("constant", "edge")).In(random.Tensor(ElementType.Float32, shape), false)
                .In(random.Ints(random.Chance(0.5) ? [2 * shape.Length] : [1, 2 * shape.Length], 0, 3));
            return (random.Chance(0.5) ? builder.In(random.Tensor(ElementType.Float32, [1])) : builder).Out(ElementType.Float32);
        }),
        new("QEmbedLayerNormalization", QEmbedLayerNormalization),
        new($"{Domain}.QLinearConv", QLinearConv),
        new($"{Domain}.Range", static random =>
        {
            OperatorBuilder builder = Node(random, "Range").In(CaseRandom.Scalar((float)random.Int(-5, 5))).In(CaseRandom.Scalar((float)random.Int(6, 20)));
            return (random.Chance(0.5) ? builder.In(CaseRandom.Scalar((float)random.Int(1, 3))) : builder).Out(ElementType.Float32);
        }),
        new("SampleOp", static random => Node(random, "SampleOp").In(random.Tensor(ElementType.Float32, random.Shape(0, 4)), false).Out(ElementType.Float32)),
        new("TransposeMatMul", static random =>
        {
            (long b, long m, long k, long n) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 9), random.Int(1, 9));
            bool transA = random.Chance(0.4), transB = random.Chance(0.4);
            return Node(random, "TransposeMatMul").Attr("transA", transA ? 1L : 0).Attr("transB", transB ? 1L : 0).Attr("alpha", random.Single(0.1f, 2))
                .In(random.Tensor(ElementType.Float32, transA ? [b, k, m] : [b, m, k]), false).In(random.Tensor(ElementType.Float32, transB ? [b, n, k] : [b, k, n])).Tolerance(1e-4, 1e-5).Out(ElementType.Float32);
        }),
        new($"{Domain}.Trilu", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int64);
            OperatorBuilder builder = Node(random, "Trilu").Attr("upper", random.Int(0, 1)).In(random.Tensor(type, random.FullShape(2, 4)), false);
            return (random.Chance(0.7) ? builder.In(CaseRandom.Scalar((long)random.Int(-4, 4))) : builder).Out(type);
        }),
        new("UnfoldTensor", static random =>
        {
            ElementType type = random.Pick(s_moved);
            long[] shape = random.FullShape(1, 4);
            int axis = random.Int(0, shape.Length - 1);
            return Node(random, "UnfoldTensor").Attr("dim", random.Chance(0.3) ? axis - shape.Length : axis).Attr("size", random.Int(1, (int)shape[axis])).Attr("step", random.Int(1, 3))
                .In(random.Tensor(type, shape), false).Out(type);
        }),
        new($"{Domain}.Unique", static random => Node(random, "Unique").In(TensorValue.Copy<float>([.. Enumerable.Range(0, 12).Select(_ => (float)random.Int(-3, 3))], [12]), false)
            .Out(ElementType.Float32).Out(ElementType.Int64).Out(ElementType.Int64)),
        new("WordConvEmbedding", static random =>
        {
            (long words, long length, long width, long filters, long window) = (random.Int(1, 4), random.Int(4, 8), random.Int(1, 5), random.Int(1, 5), random.Int(1, 4));
            return Node(random, "WordConvEmbedding").Attr("embedding_size", filters).Attr("conv_window_size", window).Attr("char_embedding_size", width)
                .In(Integers(random, [words, length], random.Int(0, 1), 9, first: 1), false).In(random.Tensor(ElementType.Float32, [filters, 1, window, width]), true)
                .In(random.Tensor(ElementType.Float32, [filters]), true).In(random.Tensor(ElementType.Float32, [10, width]), true).Tolerance(1e-3, 1e-4).Out(ElementType.Float32);
        }),
        new("ConvTransposeWithDynamicPads", static random =>
        {
            (long inputs, long outputs) = (random.Int(1, 3), random.Int(1, 3));
            long[] kernel = [random.Int(1, 3), random.Int(1, 3)];
            OperatorBuilder builder = Node(random, "ConvTransposeWithDynamicPads").Attr("kernel_shape", kernel).Attr("strides", [random.Int(1, 2), random.Int(1, 2)])
                .In(random.Tensor(ElementType.Float32, [random.Int(1, 2), inputs, random.Int(2, 5), random.Int(2, 5)]), false).In(random.Tensor(ElementType.Float32, [inputs, outputs, .. kernel]), true)
                .In(TensorValue.Copy([.. kernel.Concat(kernel).Select(k => (long)random.Int(0, (int)(k - 1) / 2))], [4L]), random.Chance(0.5));
            return (random.Chance(0.5) ? builder.In(random.Tensor(ElementType.Float32, [outputs]), true) : builder).Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        }),
    ];

    private static readonly OperatorCases[] s_experimental =
    [
        Experimental("Affine", static b => b.Attr("alpha", b.Random.Single(-2, 2)).Attr("beta", b.Random.Single(-2, 2))),
        Experimental("ParametricSoftplus", static b => b.Attr("alpha", b.Random.Single(-2, 2)).Attr("beta", b.Random.Single(-2, 2))),
        Experimental("Scale", static b => b.Attr("scale", b.Random.Single(-2, 2))),
        Experimental("ScaledTanh", static b => b.Attr("alpha", b.Random.Single(-2, 2)).Attr("beta", b.Random.Single(-2, 2))),
        new("Crop", static random =>
        {
            OperatorBuilder builder = new OperatorBuilder(random, "Crop", 8).Attr("border", [random.Int(0, 2), random.Int(0, 2), random.Int(0, 2), random.Int(0, 2)]);
            return (random.Chance(0.4) ? builder.Attr("scale", [random.Int(1, 3), random.Int(1, 3)]) : builder)
                .In(random.Tensor(ElementType.Float32, [random.Int(1, 2), random.Int(1, 3), random.Int(5, 9), random.Int(5, 9)]), false).Out(ElementType.Float32);
        }),
        new("DynamicSlice", static random =>
        {
            ElementType type = random.Pick(s_moved);
            long[] shape = random.FullShape(1, 4);
            long[] axes = [.. random.Axes(shape.Length).Select(axis => axis < 0 ? axis + shape.Length : axis)];
            return new OperatorBuilder(random, "DynamicSlice", 8).In(random.Tensor(type, shape), false).In(random.Ints([axes.Length], -3, 3)).In(random.Ints([axes.Length], -3, 9))
                .In(CaseRandom.Ints(axes)).Out(type);
        }),
        new("ImageScaler", static random =>
        {
            long channels = random.Int(1, 4);
            return new OperatorBuilder(random, "ImageScaler", 8).Attr("scale", random.Single(-2, 2)).Attr("bias", [.. Enumerable.Range(0, (int)channels).Select(_ => random.Single(-1, 1))])
                .In(random.Tensor(ElementType.Float32, [random.Int(1, 2), channels, random.Int(1, 5), random.Int(1, 5)]), false).Out(ElementType.Float32);
        }),
    ];

    private static OperatorBuilder Node(CaseRandom random, string op) => new(random, op, 18, Domain);

    private static OperatorCases Experimental(string op, Func<OperatorBuilder, OperatorBuilder> attributes) => new(
        op, random => attributes(new OperatorBuilder(random, op, 8)).In(random.Tensor(ElementType.Float32, random.Shape(1, 4)), false).Tolerance(1e-4, 1e-5).Out(ElementType.Float32));

    private static OperatorBuilder BifurcationDetector(CaseRandom random)
    {
        int length = random.Int(4, 9);
        int start = random.Int(0, length);
        long[] source = random.Ints([length], 0, 3).AsSpan<long>().ToArray();
        long[] predicted = [.. source[start..], random.Int(0, 3)];
        if (random.Chance(0.6))
        {
            predicted[random.Int(0, predicted.Length - 1)] = 9;
        }

        OperatorBuilder builder = Node(random, "BifurcationDetector").Attr("min_ngram_size", random.Int(1, 2)).Attr("max_ngram_size", random.Int(2, 4)).In(CaseRandom.Ints(source), false)
            .In(random.Ints([random.Int(1, 6)], 0, 3), false).In(CaseRandom.Ints(start), false);
        return (random.Chance(0.8) ? builder.In(CaseRandom.Ints(predicted), false) : builder).Out(ElementType.Int64).Out(ElementType.Int64);
    }

    private static OperatorBuilder MatMulFpQ4(CaseRandom random)
    {
        (int type, int block) = (random.Int(0, 1), 32);
        (long m, long k, long n) = (random.Int(1, 4), random.Int(1, 150), random.Int(1, 9));
        int bytes = 4 + (type == 1 ? 1 : 0) + (block / 2);
        var blocks = new byte[n * ((k + block - 1) / block) * bytes];
        random.Quantized(ElementType.UInt8, [blocks.Length]).AsSpan<byte>().CopyTo(blocks);
        for (int i = 0; i < blocks.Length; i += bytes)
        {
            BitConverter.TryWriteBytes(blocks.AsSpan(i), random.Single(0.01f, 0.2f));
            if (type == 1)
            {
                blocks[i + 4] &= 15;
            }
        }

        return Node(random, "MatMulFpQ4").Attr("blk_quant_type", type).In(random.Tensor(ElementType.Float32, [m, k]), false).In(TensorValue.Copy<byte>(blocks, [blocks.Length]), true)
            .In(CaseRandom.Ints(k, n), true).Tolerance(1e-3, 1e-3).Out(ElementType.Float32);
    }

    private static OperatorBuilder QEmbedLayerNormalization(CaseRandom random)
    {
        (long b, long s, long h) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 9));
        ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
        bool segments = random.Chance(0.5);
        OperatorBuilder builder = Node(random, "QEmbedLayerNormalization").Attr("epsilon", 1e-3f).In(Integers(random, [b, s], 0, 6), false);
        _ = segments ? builder.In(Integers(random, [b, s], 0, 1), false) : builder.Skip();
        builder.In(random.Quantized(type, [7, h]), true).In(random.Quantized(type, [6, h]), true);
        _ = segments ? builder.In(random.Quantized(type, [2, h]), true) : builder.Skip();
        builder.In(random.Quantized(type, [h]), true).In(random.Quantized(type, [h]), true);
        _ = random.Chance(0.5) ? builder.In(Integers(random, [b, s], 0, 1), false) : builder.Skip();
        for (int i = 0; i < 10; i++)
        {
            _ = !segments && i % 5 == 2 ? builder.Skip() : builder.In(i < 5 ? CaseRandom.Scalar(random.Single(0.005f, 0.1f)) : random.Quantized(type, []), true);
        }

        return builder.Tolerance(1e-3, 1e-3).Out(ElementType.Float32).Out(ElementType.Int32);
    }

    private static OperatorBuilder QLinearConv(CaseRandom random)
    {
        bool last = random.Chance(0.7);
        (int groups, int inputs, int outputs) = (random.Pick(1, 1, 2), random.Int(1, 3), random.Int(1, 4));
        long[] kernel = [.. Enumerable.Range(0, random.Int(1, 2)).Select(_ => (long)random.Int(1, 3))];
        long[] sizes = [.. kernel.Select(k => (2 * k) + random.Int(0, 4))];
        ElementType type = random.Pick(ElementType.UInt8, ElementType.Int8);
        OperatorBuilder builder = Node(random, "QLinearConv").Attr("channels_last", last ? 1L : 0).Attr("group", groups).Attr("kernel_shape", kernel)
            .In(random.Quantized(type, last ? [2, .. sizes, groups * inputs] : [2, groups * inputs, .. sizes]), false).In(Scale(random), true).In(random.Quantized(type, []), true)
            .In(random.Quantized(type, [groups * outputs, inputs, .. kernel]), random.Chance(0.7)).In(Scale(random), true).In(random.Quantized(type, []), true)
            .In(Scale(random, 8), true).In(random.Quantized(type, []), true);
        WindowCases.Window(builder, random, kernel, dilate: true);
        return (random.Chance(0.5) ? builder.In(Integers(random, [groups * outputs], -500, 500), true) : builder).Out(type);
    }

    // Far enough from singular.
    private static TensorValue Diagonal(CaseRandom random, ElementType type, long[] shape)
    {
        TensorValue tensor = random.Tensor(type, shape);
        for (int i = 0; i < tensor.ElementCount; i++)
        {
            if (i % (shape[1] * shape[2]) % (shape[2] + 1) != 0)
            {
                continue;
            }

            if (type == ElementType.Float32)
            {
                tensor.AsWritableSpan<float>()[i] += 12;
            }
            else
            {
                tensor.AsWritableSpan<double>()[i] += 12;
            }
        }

        return tensor;
    }

    private static TensorValue Tokens(CaseRandom random, ElementType type, long[] shape, int from, int through) =>
        type == ElementType.Int32 ? Integers(random, shape, from, through) : random.Ints(shape, from, through);

    private static TensorValue Integers(CaseRandom random, long[] shape, int from, int through, int? first = null)
    {
        int[] values = Array.ConvertAll(random.Ints(shape, from, through).AsSpan<long>().ToArray(), static x => (int)x);
        for (int i = 0; first is { } value && i < values.Length; i += (int)shape[^1])
        {
            values[i] = value;
        }

        return TensorValue.Copy<int>(values, shape);
    }

    private static TensorValue Scale(CaseRandom random, float times = 1) => CaseRandom.Scalar(random.Single(0.005f, 0.1f) * times);
}
