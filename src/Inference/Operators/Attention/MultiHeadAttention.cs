using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Attention on projected inputs: query [B, S, Hq], key [B, L, Hk], value [B, L, Hv] (or key and value [B, H, L, D]), bias [Hq + Hk + Hv], key padding mask ([B] ends or
/// [B, T]), attention bias, past key and value [B, H, P, D]. Outputs: [B, S, Hv], present key and value. Source: com.microsoft MultiHeadAttention.
/// </summary>
internal sealed unsafe class MultiHeadAttention(Node node) : FloatOperator
{
    private readonly long _heads = node.Attributes.Int("num_heads");
    private readonly bool _causal = node.Attributes.Int("unidirectional", 0) != 0;
    private readonly float _scale = node.Attributes.Float("scale", 0f);
    private readonly float _maskValue = node.Attributes.Float("mask_filter_value", -10000f);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1, 2, 3, 6, 7);
        Dimension[]? q = Shapes.RequireRank(context, 0, 3);
        Dimension[]? k = context.InputShape(1);
        Dimension[]? v = context.InputShape(2);
        if (!context.HasInput(1) || !context.HasInput(2) || k is { Length: not (3 or 4) })
        {
            throw context.Error("expected separate query, key and value; packed forms are not read.");
        }

        if (_heads <= 0 || (q?[2].Size is { } hidden && hidden % _heads != 0))
        {
            throw context.Error($"attribute 'num_heads': expected a divisor of the hidden size, got {_heads}.");
        }

        if (q is not null && k is not null && v is not null)
        {
            Dimension keys = k[k.Length == 3 ? 1 : 2];
            Dimension head = q[2].Size is { } own ? Dimension.Fixed(own / _heads) : Dimension.Unknown;
            if (k.Length == 3)
            {
                Shapes.RequireShape(context, 1, q[0], keys, q[2]);
                Shapes.RequireShape(context, 2, q[0], keys, Dimension.Unknown);
                if (v[2].Size % _heads is not (null or 0))
                {
                    throw context.Error($"input 2: expected a last dimension that {_heads} heads divide, got [{string.Join(",", v)}].");
                }
            }
            else
            {
                Shapes.RequireShape(context, 1, q[0], Dimension.Fixed(_heads), keys, head);
                Shapes.RequireShape(context, 2, q[0], Dimension.Fixed(_heads), keys, Dimension.Unknown);
            }

            Dimension pastRows = context.InputShape(6) is { Length: 4 } pastShape ? pastShape[2] : Dimension.Unknown;
            Dimension valueHead = v.Length == 4 ? v[3] : v[2].Size is { } hiddenV ? Dimension.Fixed(hiddenV / _heads) : Dimension.Unknown;
            if (q[2].Size is { } all && valueHead.Size is { } one)
            {
                Shapes.RequireShape(context, 3, Dimension.Fixed(checked(2 * all + one * _heads)));
            }

            Shapes.RequireShape(context, 6, q[0], Dimension.Fixed(_heads), pastRows, head);
            Shapes.RequireShape(context, 7, q[0], Dimension.Fixed(_heads), pastRows, valueHead);
        }

        Dimension width = v is null ? Dimension.Unknown : v.Length == 3 ? v[2] : v[3].Size is { } d ? Dimension.Fixed(checked(d * _heads)) : Dimension.Unknown;
        context.SetOutput(0, type, q is null ? null : [q[0], q[1], width]);
        Dimension past = !context.HasInput(6) ? Dimension.Fixed(0) : context.InputShape(6) is { Length: 4 } shape ? shape[2] : Dimension.Unknown;
        Dimension fresh = k is null ? Dimension.Unknown : k.Length == 3 ? k[1] : k[2];
        Dimension total = past.Size is { } p && fresh.Size is { } f ? Dimension.Fixed(checked(p + f)) : Dimension.Unknown;
        if (context.HasInput(6) != context.HasInput(7))
        {
            throw context.Error("expected past key and past value together, got one of them.");
        }

        if (context.HasInput(9))
        {
            throw context.Error("input 9: expected no cache_indirection; beam search is not supported here.");
        }

        if (q is not null)
        {
            Dimension end = past.Size is { } before && q[1].Size is { } own ? Dimension.Fixed(checked(before + own)) : Dimension.Unknown;
            ContribMask.Check(context, 4, q[0], q[1], total, end);
            Shapes.RequireBroadcast(context, 5, [q[0], Dimension.Fixed(_heads), q[1], total]);
            Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", q[0], Dimension.Fixed(_heads), q[1], total);
        }

        for (int i = 1; i <= 2; i++)
        {
            if (context.HasOutput(i))
            {
                Dimension depth = (i == 1 ? q?[2] : width)?.Size is { } size ? Dimension.Fixed(size / _heads) : Dimension.Unknown;
                context.SetOutput(i, type, q is null ? null : [q[0], Dimension.Fixed(_heads), total, depth]);
            }
        }
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor q = context.Input(0);
        Tensor k = context.Input(1);
        Tensor v = context.Input(2);
        Tensor? bias = context.OptionalInput(3);
        bool flat = k.Rank == 3;
        long batch = q.Dims[0];
        long rows = q.Dims[1];
        long depth = q.Dims[2] / _heads;
        long fresh = k.Dims[flat ? 1 : 2];
        long valueDepth = flat ? v.Dims[2] / _heads : v.Dims[3];
        long past = context.OptionalInput(6)?.Dims[2] ?? 0;
        var sizes = new AttentionSizes(batch, _heads, _heads, rows, past + fresh, depth, valueDepth);
        long keyCount = batch * _heads * sizes.Keys * depth;
        long valueCount = batch * _heads * sizes.Keys * valueDepth;
        float* scratch = (float*)context.Scratch((sizes.ScoreCount + q.Count + k.Count + v.Count + keyCount + valueCount + 1) * sizeof(float));
        float* scores = scratch;
        float* query = scores + sizes.ScoreCount;
        float* key = query + q.Count;
        float* value = key + k.Count;
        float* joinedKey = context.HasOutput(1) ? (float*)context.Output(1).Data : value + v.Count;
        float* joinedValue = context.HasOutput(2) ? (float*)context.Output(2).Data : value + v.Count + keyCount;
        float* addend = bias is null ? null : (float*)bias.Data;
        AddBias(q, addend, query, q.Dims[2]);
        AddBias(k, flat && addend is not null ? addend + q.Dims[2] : null, key, k.Dims[^1]);
        AddBias(v, flat && addend is not null ? addend + q.Dims[2] + k.Dims[2] : null, value, v.Dims[^1]);
        HeadLayout layoutK = flat ? HeadLayout.RowsFirst(_heads, fresh, depth) : HeadLayout.HeadsFirst(_heads, fresh, depth);
        HeadLayout layoutV = flat ? HeadLayout.RowsFirst(_heads, fresh, valueDepth) : HeadLayout.HeadsFirst(_heads, fresh, valueDepth);
        AttentionCore.Append(past == 0 ? null : (float*)context.Input(6).Data, past, key, layoutK, batch, _heads, fresh, depth, joinedKey);
        AttentionCore.Append(past == 0 ? null : (float*)context.Input(7).Data, past, value, layoutV, batch, _heads, fresh, valueDepth, joinedValue);

        float scale = _scale != 0 ? _scale : 1f / MathF.Sqrt(depth);
        AttentionCore.Scores(context, in sizes, query, HeadLayout.RowsFirst(_heads, rows, depth), joinedKey, HeadLayout.HeadsFirst(_heads, sizes.Keys, depth), scale, scores);
        var mask = new AttentionMask(context.OptionalInput(5), _causal, past, null, rows, offsetByValid: false);
        AttentionCore.AddMask(in sizes, scores, in mask);
        ContribMask.Add(in sizes, scores, context.OptionalInput(4), past, causal: false, _maskValue);
        AttentionCore.Softmax(in sizes, scores);
        AttentionCore.Values(context, in sizes, scores, joinedValue, HeadLayout.HeadsFirst(_heads, sizes.Keys, valueDepth), (float*)context.Output(0).Data, HeadLayout.RowsFirst(_heads, rows, valueDepth));
    }

    private static void AddBias(Tensor x, float* bias, float* target, long width)
    {
        float* source = (float*)x.Data;
        for (long i = 0; i < x.Count; i++)
        {
            target[i] = source[i] + (bias is null ? 0f : bias[i % width]);
        }
    }
}
