namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>com.microsoft: attention on projected heads. ONNX Runtime's CPU provider has no kernel for packed queries of it.</summary>
internal static class MultiHeadCases
{
    private const string Domain = "com.microsoft";

    public static IEnumerable<OperatorCases> All =>
    [
        new("MultiHeadAttention", MultiHeadAttention, Domain),
        new("MultiHeadAttention-beams", static random => Step(random, "MultiHeadAttention", beams: true), Domain),
        new("DecoderMaskedMultiHeadAttention", static random => Step(random, "DecoderMaskedMultiHeadAttention", random.Chance(0.5)), Domain),
        new("DecoderMaskedMultiHeadAttention-cross", Cross, Domain),
    ];

    private static OperatorBuilder MultiHeadAttention(CaseRandom random)
    {
        (long batch, long rows, long keys, long heads, long depth) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 6), random.Int(1, 3), random.Int(1, 9));
        bool causal = random.Chance(0.2);
        if (causal)
        {
            // Of more keys than rows, ONNX Runtime's last row sees all.
            keys = rows;
        }

        bool split = random.Chance(0.2), hasPast = !split && random.Chance(0.4);
        long values = split || hasPast || random.Chance(0.6) ? depth : random.Int(1, 9);
        long past = hasPast ? random.Int(1, 5) : 0, total = past + keys;
        OperatorBuilder builder = Node(random, "MultiHeadAttention").Attr("num_heads", heads).In(Floats(random, batch, rows, heads * depth), false);
        _ = split
            ? builder.In(Floats(random, batch, heads, keys, depth), false).In(Floats(random, batch, heads, keys, values), false)
            : builder.In(Floats(random, batch, keys, heads * depth), false).In(Floats(random, batch, keys, heads * values), false);
        _ = random.Chance(0.4) ? builder.In(Floats(random, heads * ((2 * depth) + values))) : builder.Skip();
        _ = random.Int(0, 4) switch
        {
            0 => builder.In(Ids(random, [batch, total], 0, 1), false),
            1 => builder.In(Ids(random, [batch, rows, total], 0, 1), false),
            2 when !hasPast => builder.In(Ids(random, [batch], 1, (int)total), false),
            _ => builder.Skip(),
        };
        _ = random.Chance(0.3) ? builder.In(Floats(random, random.Pick(1, batch), random.Pick(1, heads), rows, total)) : builder.Skip();
        _ = hasPast ? builder.In(Floats(random, batch, heads, past, depth), false).In(Floats(random, batch, heads, past, values), false) : builder;
        Options(random, builder);
        if (causal)
        {
            builder.Attr("unidirectional", 1L);
        }

        builder.Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        bool presents = hasPast || (!split && random.Chance(0.3));
        _ = presents ? builder.Out(ElementType.Float32).Out(ElementType.Float32) : builder;
        return random.Chance(0.3) ? (presents ? builder : builder.SkipOut().SkipOut()).Out(ElementType.Float32) : builder;
    }

    private static OperatorBuilder Step(CaseRandom random, string op, bool beams)
    {
        (long sequences, long width, long heads, long depth) = (random.Int(1, 2), beams ? random.Int(1, 3) : 1, random.Int(1, 3), random.Int(1, 9));
        long batch = sequences * width, past = random.Int(1, 6), room = past + random.Int(1, 4);
        bool plain = op == "MultiHeadAttention", biased = random.Chance(0.4);
        TensorValue bias = Floats(random, 3 * heads * depth);
        OperatorBuilder builder = Node(random, op).Attr("num_heads", heads).In(Floats(random, batch, 1, heads * depth), false).In(Floats(random, batch, 1, heads * depth), false).In(Floats(random, batch, 1, heads * depth), false);
        _ = plain ? biased ? builder.In(bias) : builder.Skip() : builder;
        _ = random.Chance(0.4) ? builder.In(Ids(random, [batch, past + 1], 0, 1), false) : builder.Skip();

        // Of several sequences' addends, ONNX Runtime's beams read the first ones.
        _ = random.Chance(0.4) ? builder.In(Floats(random, 1, random.Pick(1, heads), 1, past + 1)) : builder.Skip();
        int at = plain ? 6 : 5;
        builder.InShared(Floats(random, batch, heads, room, depth)).InShared(Floats(random, batch, heads, room, depth)).In(CaseRandom.Scalar((int)past));
        if (!plain)
        {
            _ = beams ? builder.In(CaseRandom.Scalar((int)width)) : builder.Skip();
            builder.Attr("past_present_share_buffer", 1L);
        }

        _ = beams ? builder.In(Ids(random, [sequences, width, room], 0, (int)width - 1), false) : builder.Skip();
        _ = !plain && biased ? builder.In(bias) : builder;
        Options(random, builder);
        builder.Tolerance(1e-4, 1e-4).Out(ElementType.Float32).OutInto(ElementType.Float32, at).OutInto(ElementType.Float32, at + 1);
        return random.Chance(0.3) ? (plain ? builder : builder.Attr("output_qk", 1L)).Out(ElementType.Float32) : builder;
    }

    private static OperatorBuilder Cross(CaseRandom random)
    {
        (long batch, long keys, long heads, long depth) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 3), random.Int(1, 9));
        OperatorBuilder builder = Node(random, "DecoderMaskedMultiHeadAttention").Attr("num_heads", heads).In(Floats(random, batch, 1, heads * depth), false)
            .In(Floats(random, batch, heads, keys, depth), false).In(Floats(random, batch, heads, keys, depth), false);
        _ = random.Chance(0.4) ? builder.In(Ids(random, [batch, keys], 0, 1), false) : builder.Skip();
        Options(random, builder);
        builder.Skip().Skip().Skip().Skip().Skip().Skip();
        _ = random.Chance(0.4) ? builder.In(Floats(random, 3 * heads * depth)) : builder;
        builder.Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
        return random.Chance(0.3) ? builder.Attr("output_qk", 1L).SkipOut().SkipOut().Out(ElementType.Float32) : builder;
    }

    private static void Options(CaseRandom random, OperatorBuilder builder)
    {
        if (random.Chance(0.3))
        {
            builder.Attr("scale", random.Single(0.1f, 0.6f));
        }

        if (random.Chance(0.3))
        {
            builder.Attr("mask_filter_value", -50f);
        }
    }

    private static TensorValue Floats(CaseRandom random, params long[] shape) => random.Tensor(ElementType.Float32, shape);

    private static TensorValue Ids(CaseRandom random, long[] shape, int from, int through) =>
        TensorValue.Copy(Array.ConvertAll(random.Ints(shape, from, through).AsSpan<long>().ToArray(), static x => (int)x), shape);

    private static OperatorBuilder Node(CaseRandom random, string op) => new(random, op, 18, Domain);
}
