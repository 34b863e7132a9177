namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Attention and rotary embeddings of the standard.</summary>
internal static class StandardAttentionCases
{
    public static IEnumerable<OperatorCases> All => [Attention(whole: false), RotaryEmbedding()];

    /// <param name="whole">Whether to draw also what ONNX Runtime does otherwise (docs/differences.md).</param>
    internal static OperatorCases Attention(bool whole)
    {
        var space = new OptionSpace("Attention");
        Option<long> version = space.Add("version", 23L, 24L);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float16);
        Option<bool> flat = space.Add("flat", false, true);
        Option<int> group = space.Add("group", 1, 2, 3);
        Option<string> mask = space.Add("mask", "none", "bool", "2", "3", "4");
        Option<bool> past = space.Add("past", false, true);
        Option<bool> causal = space.Add("is_causal", false, true);
        Option<bool> scale = space.Add("scale", false, true);
        Option<bool> cap = space.Add("softcap", false, true);
        Option<long> scores = space.Add("qk_matmul_output_mode", -1L, 0L, 1L, 2L, 3L);
        Option<bool> wide = space.Add("value width", false, true);
        Option<bool> lengths = space.Add("nonpad_kv_seqlen", false, true);
        space.Forbid(version, static v => v == 23, lengths, static l => l);
        space.Forbid(past, static p => p, lengths, static l => l);

        // In float16, ONNX Runtime adds the mask before the softcap (docs/differences.md).
        space.Forbid(type, t => t == ElementType.Float16 && !whole, cap, static c => c);

        // Of what a row does not see, ONNX Runtime's scores hold the lowest number, not −∞ (docs/differences.md).
        space.Forbid(scores, s => s >= 0 && !whole, mask, static m => m == "bool");
        space.Forbid(scores, s => s >= 0 && !whole, causal, static c => c);
        space.Forbid(scores, s => s >= 0 && !whole, lengths, static l => l);
        return new("Attention", random =>
        {
            OptionRow row = random.Row(space);
            ElementType element = row.Get(type);
            (long batch, long rows, long keyHeads, long depth) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 2), random.Int(1, 9));
            long heads = keyHeads * row.Get(group), keys = !whole && row.Get(past) && row.Get(causal) ? rows : random.Int((int)rows, 7), width = row.Get(wide) ? random.Int(1, 9) : depth, before = row.Get(past) ? random.Int(1, 4) : 0, total = keys + before;

            // One row beside a past sees all new keys in ONNX Runtime, causal or not (docs/differences.md); with as many rows as new keys that is the same.
            OperatorBuilder builder = new(random, "Attention", row.Get(version));
            if (row.Get(flat))
            {
                builder.Attr("q_num_heads", heads).Attr("kv_num_heads", keyHeads).In(Values([batch, rows, heads * depth]), false).In(Values([batch, keys, keyHeads * depth]), false).In(Values([batch, keys, keyHeads * width]), false);
            }
            else
            {
                builder.In(Values([batch, heads, rows, depth]), false).In(Values([batch, keyHeads, keys, depth]), false).In(Values([batch, keyHeads, keys, width]), false);
            }

            _ = row.Get(mask) switch
            {
                "bool" => builder.In(Seen(random, rows, total), false),
                "2" => builder.In(Values([rows, total]), false),
                "3" => builder.In(Values([random.Pick(1, heads), rows, total]), false),
                "4" => builder.In(Values([random.Pick(1, batch), random.Pick(1, heads), rows, total]), false),
                _ => builder.Skip(),
            };
            _ = row.Get(past) ? builder.In(Values([batch, keyHeads, before, depth]), false).In(Values([batch, keyHeads, before, width]), false) : row.Get(lengths) ? builder.Skip().Skip() : builder;
            _ = row.Get(lengths) ? builder.In(random.Ints([batch], (int)rows, (int)keys), false) : builder;
            builder.Attr("is_causal", row.Get(causal) ? 1L : 0);
            _ = row.Get(scale) ? builder.Attr("scale", random.Single(0.1f, 0.6f)) : builder;
            _ = row.Get(cap) ? builder.Attr("softcap", random.Single(0.5f, 3)) : builder;
            builder.Out(element);
            _ = row.Get(past) ? builder.Out(element).Out(element) : builder;
            if (row.Get(scores) >= 0)
            {
                builder.Attr("qk_matmul_output_mode", row.Get(scores));
                _ = (row.Get(past) ? builder : builder.SkipOut().SkipOut()).Out(element);
            }

            return element == ElementType.Float32 ? builder.Tolerance(1e-4, 1e-4) : builder.Tolerance(4e-3, 4e-3);

            // Large scores would keep few digits of float16.
            TensorValue Values(long[] shape)
            {
                TensorValue single = random.Floats(shape, -1, 1);
                return element == ElementType.Float32 ? single : TensorValue.Copy(Array.ConvertAll(single.AsSpan<float>().ToArray(), static x => (Half)x), shape);
            }
        });
    }

    private static OperatorCases RotaryEmbedding()
    {
        var space = new OptionSpace("RotaryEmbedding");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float16, ElementType.BFloat16);
        Option<bool> flat = space.Add("flat", false, true);
        Option<long> interleaved = space.Add("interleaved", 0L, 1L);
        Option<bool> partial = space.Add("partial", false, true);
        Option<bool> positions = space.Add("position_ids", false, true);
        return new("RotaryEmbedding", random =>
        {
            OptionRow row = random.Row(space);
            (long batch, long rows, long heads, long half) = (random.Int(1, 3), random.Int(1, 6), random.Int(1, 4), random.Int(1, 9));
            long depth = 2 * (half + (row.Get(partial) ? random.Int(1, 3) : 0)), limit = rows + random.Int(0, 5);
            long[] cache = row.Get(positions) ? [limit, half] : [batch, rows, half];
            OperatorBuilder builder = new OperatorBuilder(random, "RotaryEmbedding", 23).Attr("interleaved", row.Get(interleaved))
                .In(random.Tensor(row.Get(type), row.Get(flat) ? [batch, rows, heads * depth] : [batch, heads, rows, depth]), false).In(random.Tensor(row.Get(type), cache)).In(random.Tensor(row.Get(type), cache));
            _ = row.Get(positions) ? builder.In(random.Ints([batch, rows], 0, (int)limit - 1), false) : builder;
            _ = row.Get(flat) ? builder.Attr("num_heads", heads) : builder;
            return (row.Get(partial) ? builder.Attr("rotary_embedding_dim", 2 * half) : builder).Tolerance(1e-5, 1e-5).Out(row.Get(type));
        });
    }

    // Each row sees a key at least: a softmax over none is not defined.
    private static TensorValue Seen(CaseRandom random, long rows, long total)
    {
        TensorValue mask = random.Tensor(ElementType.Bool, [rows, total]);
        for (int r = 0; r < rows; r++)
        {
            mask.AsWritableSpan<bool>()[(int)(r * total)] = true;
        }

        return mask;
    }
}
