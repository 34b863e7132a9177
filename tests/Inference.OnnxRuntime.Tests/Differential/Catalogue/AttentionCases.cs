namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>com.microsoft: attention and rotary embeddings of decoders.</summary>
internal static class AttentionCases
{
    private const string Domain = "com.microsoft";

    public static IEnumerable<OperatorCases> All =>
    [
        new("GroupQueryAttention", static random => GroupQueryAttention(random, quantized: false, shared: false), Domain),
        new("GroupQueryAttention-quantized", static random => GroupQueryAttention(random, quantized: true, shared: false), Domain),
        new("GroupQueryAttention-shared", static random => GroupQueryAttention(random, quantized: random.Chance(0.3), shared: true), Domain),
        new("GroupQueryAttention-sliding", SlidingGroupQueryAttention, Domain),
        new("com.microsoft.RotaryEmbedding", RotaryEmbedding, Domain),
        new("SparseAttention", SparseAttention, Domain),
    ];

    private static OperatorBuilder RotaryEmbedding(CaseRandom random)
    {
        ElementType type = Type(random);
        (long batch, long rows, long heads, long half) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 4), random.Int(1, 9));
        bool flat = random.Chance(0.5), partial = random.Chance(0.3), each = random.Chance(0.6);
        long depth = partial ? 2 * half + 2 * random.Int(0, 3) : 2 * half;
        long limit = rows + random.Int(0, 6);
        OperatorBuilder builder = Node(random, "RotaryEmbedding").Attr("interleaved", random.Chance(0.5) ? 1L : 0);
        if (partial || random.Chance(0.4))
        {
            builder.Attr("num_heads", heads);
        }

        if (partial)
        {
            builder.Attr("rotary_embedding_dim", 2 * half);
        }

        if (random.Chance(0.2))
        {
            builder.Attr("scale", 2f).Attr("is_packed_batching", 1L);
        }

        return builder.In(Values(random, type, flat ? [batch, rows, heads * depth] : [batch, heads, rows, depth]), false)
            .In(each ? random.Ints([batch, rows], 0, (int)limit - 1) : random.Ints([1], 0, (int)(limit - rows)))
            .In(Values(random, type, [limit, half])).In(Values(random, type, [limit, half])).Tolerance(1e-5, 1e-5).Out(type);
    }

    private static OperatorBuilder GroupQueryAttention(CaseRandom random, bool quantized, bool shared)
    {
        ElementType type = quantized ? ElementType.Float32 : Type(random);
        (long keyHeads, long group) = (random.Int(1, 3), random.Int(1, 3));
        bool rotary = random.Chance(0.5), packed = !shared && random.Chance(0.4), causal = random.Chance(0.9);
        long depth = rotary ? random.Pick(16, 32) : random.Pick(8, 16, 24);
        int form = random.Int(0, 2);
        long batch = form == 2 ? 1 : random.Int(1, 3);
        long rows = form == 1 ? 1 : random.Int(1, 7);
        long before = form == 0 ? 0 : random.Int(1, 9);
        long total = before + rows;
        long heads = keyHeads * group;
        bool hasPast = shared || quantized || form != 0 || random.Chance(0.5);

        // ONNX Runtime takes a past that ends where the rows begin, or one with room for all of them.
        long roomy = total + random.Int(0, 5);
        long past = shared ? total + random.Pick(0, 3) : random.Chance(0.5) ? before : roomy;

        // Of a shorter prompt's padding, ONNX Runtime's two kernels see windows that differ.
        bool window = causal && random.Chance(0.3), alike = form == 2 || (form == 0 && window);
        int[] lengths = [.. Enumerable.Range(0, (int)batch).Select(b => (int)(alike || b == 0 ? total : random.Int((int)Math.Min(rows, form == 0 ? 1 : rows), (int)total)) - 1)];

        // ONNX Runtime leaves the scores behind a shorter sequence as they lay in memory.
        long scores = random.Chance(0.3) && !quantized && lengths.All(length => length == total - 1) ? random.Int(1, 2) : 0;
        OperatorBuilder builder = Node(random, "GroupQueryAttention").Attr("num_heads", heads).Attr("kv_num_heads", keyHeads).Attr("do_rotary", rotary ? 1L : 0);
        AddOptions(random, builder, causal, window);
        if (scores != 0)
        {
            builder.Attr("qk_output", scores);
        }

        if (packed)
        {
            builder.In(Values(random, type, [batch, rows, (heads + 2 * keyHeads) * depth]), false).Skip().Skip();
        }
        else
        {
            builder.In(Values(random, type, [batch, rows, heads * depth]), false).In(Values(random, type, [batch, shared ? 0 : rows, keyHeads * depth]), false).In(Values(random, type, [batch, shared ? 0 : rows, keyHeads * depth]), false);
        }

        int bits = quantized ? random.Pick(4, 8) : 32;
        ElementType held = bits == 32 ? type : bits == 8 ? ElementType.Int8 : ElementType.UInt8;
        long columns = bits == 4 ? (depth + 1) / 2 : depth;
        _ = hasPast ? builder.In(Cache(random, held, [batch, keyHeads, past, columns]), false).In(Cache(random, held, [batch, keyHeads, past, columns]), false) : builder.Skip().Skip();
        builder.In(TensorValue.Copy(lengths, [batch])).In(random.Chance(0.5) ? CaseRandom.Scalar((int)total) : TensorValue.Copy([(int)total], [1]));
        long limit = total + 8;
        long half = random.Chance(0.3) ? 8 : depth / 2;
        _ = rotary ? builder.In(Values(random, type, [limit, half])).In(Values(random, type, [limit, half])) : builder.Skip().Skip();
        _ = rotary && random.Chance(0.3) ? builder.In(random.Ints([batch, rows], 0, (int)(limit - rows))) : builder.Skip();
        _ = random.Chance(0.3) ? builder.In(Values(random, type, [random.Pick(1, batch), random.Pick(1, heads), rows, total])) : builder.Skip();
        _ = random.Chance(0.3) ? builder.In(Values(random, type, [heads])) : builder.Skip();
        if (quantized)
        {
            bool each = random.Chance(0.5);
            builder.Attr("k_quant_type", each ? "PER_CHANNEL" : "PER_TENSOR").Attr("v_quant_type", each ? "PER_CHANNEL" : "PER_TENSOR").Attr("kv_cache_bit_width", (long)bits);
            builder.In(Scales(random, bits, each ? keyHeads : 0, depth), true).In(Scales(random, bits, each ? keyHeads : 0, depth), true);
        }

        builder.Out(type).Out(held).Out(held);
        return Bound(scores == 0 ? builder : builder.Out(type), type);
    }

    private static OperatorBuilder SlidingGroupQueryAttention(CaseRandom random)
    {
        ElementType type = Type(random);
        (long keyHeads, long group, long window, long gap) = (random.Int(1, 2), random.Int(1, 3), random.Int(1, 5), random.Int(0, 3));
        long depth = random.Pick(16, 32), capacity = window + gap, heads = keyHeads * group;
        bool alone = random.Chance(0.5), rotary = random.Chance(0.5);
        (long batch, long rows) = (alone ? 1 : random.Int(1, 3), alone ? random.Int(1, 9) : 1);
        long before = random.Int(0, 12), total = before + rows;
        int[] lengths = [.. Enumerable.Range(0, (int)batch).Select(b => (int)(b == 0 ? total : random.Int((int)rows, (int)total)) - 1)];
        OperatorBuilder builder = Node(random, "GroupQueryAttention").Attr("num_heads", heads).Attr("kv_num_heads", keyHeads).Attr("do_rotary", rotary ? 1L : 0)
            .Attr("local_window_size", window).Attr("sliding_window_cache", 1L);
        builder.In(Values(random, type, [batch, rows, heads * depth]), false).In(Values(random, type, [batch, rows, keyHeads * depth]), false).In(Values(random, type, [batch, rows, keyHeads * depth]), false)
            .In(Values(random, type, [batch, keyHeads, capacity, depth]), false).In(Values(random, type, [batch, keyHeads, capacity, depth]), false)
            .In(TensorValue.Copy(lengths, [batch])).In(CaseRandom.Scalar((int)total));
        _ = rotary ? builder.In(Values(random, type, [total, depth / 2])).In(Values(random, type, [total, depth / 2])) : builder.Skip().Skip();
        builder.Skip();
        _ = random.Chance(0.3) ? builder.In(Values(random, type, [random.Pick(1, batch), random.Pick(1, heads), rows, total])) : builder.Skip();
        builder.Out(type);

        // Rows behind those held are not specified: where there are some, the caches are not compared.
        return Bound(gap == 0 && lengths.All(length => length + 1 >= capacity) ? builder.Out(type).Out(type) : builder.InnerOut().InnerOut(), type);
    }

    private static OperatorBuilder SparseAttention(CaseRandom random)
    {
        ElementType type = Type(random);
        (long keyHeads, long group, long layouts, long size) = (random.Int(1, 2), random.Int(1, 2), random.Int(1, 2), random.Int(1, 4));
        bool rotary = random.Chance(0.4), packed = random.Chance(0.4), prompt = random.Chance(0.5);
        (long batch, long heads, long depth) = (random.Int(1, 2), keyHeads * group * layouts, random.Pick(16, 32));
        keyHeads = heads / random.Pick(1, group);

        // Of a prompt of one row, ONNX Runtime reads the positions of other sequences from its own memory (docs/differences.md).
        long rows = prompt ? random.Int(rotary ? 2 : 1, 9) : 1, total = prompt ? rows : random.Int(2, 12);
        long past = total + random.Int(0, 4), blocks = ((total + size - 1) / size) + random.Int(0, 2);

        // Of steps of several lengths, ONNX Runtime multiplies values by probabilities of other heads.
        int[] lengths = [.. Enumerable.Repeat((int)total, (int)batch)];
        List<int>[] columns = [.. Enumerable.Range(0, (int)layouts).Select(_ => new List<int>())];
        var starts = new List<int>();
        foreach (List<int> layout in columns)
        {
            starts.Add(0);
            for (int r = 0; r < blocks; r++)
            {
                layout.AddRange(Enumerable.Range(0, r + 1).Where(c => c == r || random.Chance(0.5)));
                starts.Add(layout.Count);
            }
        }

        int width = columns.Max(layout => layout.Count);
        int[] padded = [.. columns.SelectMany(layout => layout.Concat(Enumerable.Repeat(-1, width - layout.Count)))];
        OperatorBuilder builder = Node(random, "SparseAttention").Attr("num_heads", heads).Attr("kv_num_heads", keyHeads).Attr("sparse_block_size", size)
            .Attr("do_rotary", rotary ? 1L : 0).Attr("rotary_interleaved", random.Chance(0.5) ? 1L : 0);
        _ = random.Chance(0.3) ? builder.Attr("scale", random.Single(0.1f, 0.6f)) : builder;
        _ = packed
            ? builder.In(Values(random, type, [batch, rows, (heads + 2 * keyHeads) * depth]), false).Skip().Skip()
            : builder.In(Values(random, type, [batch, rows, heads * depth]), false).In(Values(random, type, [batch, rows, keyHeads * depth]), false).In(Values(random, type, [batch, rows, keyHeads * depth]), false);
        builder.InShared(Values(random, type, [batch, keyHeads, past, depth])).InShared(Values(random, type, [batch, keyHeads, past, depth]))
            .In(TensorValue.Copy(starts.ToArray(), [layouts, blocks + 1])).In(TensorValue.Copy(padded, [layouts, width])).In(CaseRandom.Scalar((int)total)).In(TensorValue.Copy(lengths, [batch]));
        _ = rotary ? builder.In(Values(random, type, [total, depth / 2])).In(Values(random, type, [total, depth / 2])) : builder;
        return Bound(builder.Out(type).OutInto(type, 3).OutInto(type, 4), type);
    }

    private static TensorValue Cache(CaseRandom random, ElementType type, long[] shape) => type is ElementType.Int8 or ElementType.UInt8 ? random.Quantized(type, shape) : Values(random, type, shape);

    private static TensorValue Scales(CaseRandom random, int bits, long heads, long depth) =>
        random.Floats(heads == 0 ? [1] : [heads, 1, depth], bits == 4 ? 0.2f : 0.01f, bits == 4 ? 0.5f : 0.03f);

    private static void AddOptions(CaseRandom random, OperatorBuilder builder, bool causal, bool window)
    {
        if (!causal)
        {
            builder.Attr("causal", 0L);
        }

        if (window)
        {
            builder.Attr("local_window_size", random.Int(1, 8));
        }

        if (random.Chance(0.3))
        {
            builder.Attr("softcap", random.Single(0.5f, 3f));
        }

        if (random.Chance(0.3))
        {
            builder.Attr("scale", random.Single(0.1f, 0.6f));
        }

        if (random.Chance(0.3))
        {
            builder.Attr("smooth_softmax", 1L);
        }

        if (random.Chance(0.5))
        {
            builder.Attr("rotary_interleaved", 1L);
        }
    }

    // Both round keys, queries and probabilities of the narrow type, at other places.
    private static OperatorBuilder Bound(OperatorBuilder builder, ElementType type) =>
        type == ElementType.Float32 ? builder.Tolerance(1e-4, 1e-4) : builder.Tolerance(4e-3, 4e-3);

    private static TensorValue Values(CaseRandom random, ElementType type, long[] shape)
    {
        if (type != ElementType.Float16)
        {
            return random.Tensor(type, shape);
        }

        using TensorValue wide = random.Floats(shape, -1, 1);
        return TensorValue.Copy(Array.ConvertAll(wide.AsSpan<float>().ToArray(), static x => (Half)x), shape);
    }

    private static ElementType Type(CaseRandom random) => random.Chance(0.7) ? ElementType.Float32 : ElementType.Float16;

    private static OperatorBuilder Node(CaseRandom random, string op) => new(random, op, 18, Domain);
}
