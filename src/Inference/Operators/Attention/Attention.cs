using System.Numerics;
using Inference.Kernels.Attention;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Y = softmax(softcap(scale·Q·Kᵀ) + mask)·V. Q, K, V are [B, H, S, D] or [B, S, H·D] (then q_num_heads and kv_num_heads); inputs 3 to 6 are mask, past key and
/// value, and the number of valid keys of each row (opset 24). Outputs 1 to 3 are present key and value [B, H, S, D], and the scores: after the product (mode 0),
/// softcap (1), mask (2) or softmax (3). Source: ONNX Attention, opsets 23 and 24.
/// </summary>
internal sealed unsafe class Attention(Node node) : FloatOperator
{
    // The modes that the specification numbers.
    private const int LastMode = 3;

    // Scores that are kept at once where they are no output, 16 MB, and the fewest rows of them: keys and values are packed for each part, at the price of about one row of tiles.
    private const long MostScores = 4 << 20;
    private const long FewestRows = 96;

    private readonly bool _causal = node.Attributes.Int("is_causal", 0) != 0;
    private readonly long _queryHeads = node.Attributes.Int("q_num_heads", 0);
    private readonly long _keyHeads = node.Attributes.Int("kv_num_heads", 0);
    private readonly float? _scale = node.Attributes.Contains("scale") ? node.Attributes.Float("scale") : null;
    private readonly float _softcap = node.Attributes.Float("softcap", 0f);
    private readonly long _mode = node.Attributes.Int("qk_matmul_output_mode", 0) is var mode and >= 0 and <= LastMode ? mode
        : throw new ModelLoadException($"{node.Describe()}: attribute 'qk_matmul_output_mode': expected 0 to {LastMode}, got {node.Attributes.Int("qk_matmul_output_mode", 0)}.");

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1, 2, 4, 5);
        Dimension[]? q = context.InputShape(0);
        Dimension[]? k = context.InputShape(1);
        Dimension[]? v = context.InputShape(2);
        if (q is null || k is null || v is null)
        {
            for (int i = 0; i < context.OutputCount; i++)
            {
                context.SetOutput(i, i == 2 && context.InputType(2) is var t && t != ElementType.Undefined ? t : type, null);
            }

            return;
        }

        if (q.Length is not (3 or 4) || k.Length != q.Length || v.Length != q.Length)
        {
            throw context.Error($"expected Q, K and V of the same rank, 3 or 4, got [{string.Join(",", q)}], [{string.Join(",", k)}], [{string.Join(",", v)}].");
        }

        Dimension heads = Split(context, q, _queryHeads, "q_num_heads", out Dimension rows, out Dimension depth);
        Dimension keyHeads = Split(context, k, _keyHeads, "kv_num_heads", out Dimension keys, out Dimension keyDepth);
        Dimension valueHeads = Split(context, v, _keyHeads, "kv_num_heads", out Dimension valueRows, out Dimension valueDepth);
        Shapes.Merge(context, q[0], k[0], "batch of Q and K");
        Shapes.Merge(context, q[0], v[0], "batch of Q and V");
        Shapes.Merge(context, keyHeads, valueHeads, "heads of K and V");
        Shapes.Merge(context, keys, valueRows, "positions of K and V");
        Shapes.Merge(context, depth, keyDepth, "head sizes of Q and K");
        if (heads.Size is { } h && keyHeads.Size is { } g && (g == 0 || h % g != 0))
        {
            throw context.Error($"expected a number of query heads that is a multiple of the {g} key heads, got {h}.");
        }

        Dimension total = keys;
        if (context.HasInput(4))
        {
            Dimension past = context.InputShape(4) is { Length: 4 } shape ? shape[2] : Dimension.Unknown;
            total = past.Size is { } a && keys.Size is { } b ? Dimension.Fixed(checked(a + b)) : Dimension.Unknown;
        }

        Dimension pastRows = context.InputShape(4) is { Length: 4 } pastShape ? pastShape[2] : Dimension.Unknown;
        Shapes.RequireShape(context, 4, q[0], keyHeads, pastRows, keyDepth);
        Shapes.RequireShape(context, 5, q[0], keyHeads, pastRows, valueDepth);
        Shapes.RequireShape(context, 6, q[0]);
        if (context.HasInput(4) != context.HasInput(5))
        {
            throw context.Error("expected both past key and past value, got only one of them.");
        }

        Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", q[0], heads, rows, total);

        // The last dimension of a mask may be shorter: keys beyond it are not seen.
        Dimension covered = context.InputShape(3) is { Length: > 0 } mask && !(mask[^1].Size > total.Size) ? mask[^1] : total;
        Shapes.RequireBroadcast(context, 3, [q[0], heads, rows, covered]);
        context.SetOutput(0, type, q.Length == 4 ? [q[0], heads, rows, valueDepth] : [q[0], rows, Shapes.Product([heads, valueDepth])]);
        if (context.HasOutput(1))
        {
            context.SetOutput(1, context.InputType(1), [q[0], keyHeads, total, keyDepth]);
        }

        if (context.HasOutput(2))
        {
            context.SetOutput(2, context.InputType(2), [q[0], keyHeads, total, valueDepth]);
        }

        if (context.HasOutput(3))
        {
            context.SetOutput(3, type, [q[0], heads, rows, total]);
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(1) == 0 && context.InputAxis(2) == 0;
        for (int i = 3; i < context.InputCount; i++)
        {
            bool perRow = i != 3 || context.InputShape(3) is { Length: 4 };
            apart &= context.InputAxis(i) == BatchContext.None ? i == 3 && context.InputShape(3) is { } m && (m.Length < 4 || m[0].Size == 1) || !context.Node.HasInput(i) : context.InputAxis(i) == 0 && perRow;
        }

        context.SetAll(apart, 0);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private static Dimension Split(InferContext context, Dimension[] shape, long heads, string attribute, out Dimension rows, out Dimension depth)
    {
        if (shape.Length == 4)
        {
            rows = shape[2];
            depth = shape[3];
            return shape[1];
        }

        if (heads <= 0 || (shape[2].Size is { } hidden && hidden % heads != 0))
        {
            throw context.Error($"attribute '{attribute}': expected a divisor of the hidden size of [{string.Join(",", shape)}], got {heads}.");
        }

        rows = shape[1];
        depth = shape[2].Size is { } size ? Dimension.Fixed(size / heads) : Dimension.Unknown;
        return Dimension.Fixed(heads);
    }

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor q = context.Input(0);
        Tensor k = context.Input(1);
        Tensor v = context.Input(2);
        Tensor? pastKey = context.OptionalInput(4);
        Tensor? pastValue = context.OptionalInput(5);
        bool flat = q.Rank == 3;
        long heads = flat ? _queryHeads : q.Dims[1];
        long keyHeads = flat ? _keyHeads : k.Dims[1];
        long rows = q.Dims[^2];
        long fresh = k.Dims[^2];
        long past = pastKey?.Dims[2] ?? 0;
        long depth = flat ? q.Dims[2] / heads : q.Dims[3];
        long valueDepth = flat ? v.Dims[2] / keyHeads : v.Dims[3];
        var sizes = new AttentionSizes(q.Dims[0], heads, keyHeads, rows, past + fresh, depth, valueDepth);

        HeadLayout layoutK = Layout(flat, keyHeads, fresh, depth);
        HeadLayout layoutV = Layout(flat, keyHeads, fresh, valueDepth);
        long keyCount = sizes.Batch * keyHeads * sizes.Keys * depth;
        long valueCount = sizes.Batch * keyHeads * sizes.Keys * valueDepth;
        bool join = past > 0;
        Tensor? valid = context.OptionalInput(6);
        var mask = new AttentionMask(context.OptionalInput(3), _causal, past, valid, rows, offsetByValid: pastKey is null);
        bool streams = typeof(C) == typeof(float) && !context.HasOutput(LastMode) && mask.StreamedCount(in sizes) <= Math.Max(MostScores, rows * sizes.Keys);
        bool parts = sizes.ScoreCount > MostScores && !context.HasOutput(LastMode);
        long atOnce = parts ? PartRows(rows, sizes.Keys) : rows;
        long scoreCount = streams ? mask.StreamedCount(in sizes) : parts ? atOnce * sizes.Keys : sizes.ScoreCount;
        C* scratch = (C*)context.Scratch((scoreCount + (join ? keyCount + valueCount : 0) + 1) * sizeof(C));
        C* scores = scratch;
        C* keys = (C*)k.Data;
        C* values = (C*)v.Data;
        if (join || context.HasOutput(1))
        {
            C* target = context.HasOutput(1) ? (C*)context.Output(1).Data : scores + scoreCount;
            AttentionCore.Append(pastKey is null ? null : (C*)pastKey.Data, past, keys, layoutK, sizes.Batch, keyHeads, fresh, depth, target);
            keys = target;
            layoutK = HeadLayout.HeadsFirst(keyHeads, sizes.Keys, depth);
        }

        if (join || context.HasOutput(2))
        {
            C* target = context.HasOutput(2) ? (C*)context.Output(2).Data : scores + scoreCount + keyCount;
            AttentionCore.Append(pastValue is null ? null : (C*)pastValue.Data, past, values, layoutV, sizes.Batch, keyHeads, fresh, valueDepth, target);
            values = target;
            layoutV = HeadLayout.HeadsFirst(keyHeads, sizes.Keys, valueDepth);
        }

        C scale = _scale is { } given ? C.CreateTruncating(given) : C.One / C.Sqrt(C.CreateTruncating(depth));
        HeadLayout layoutQ = Layout(flat, heads, rows, depth);
        HeadLayout layoutY = Layout(flat, heads, rows, valueDepth);
        C softcap = C.CreateTruncating(_softcap);
        if (streams)
        {
            var arguments = new AttentionArguments
            {
                Query = (float*)q.Data, QueryBatchStride = (nint)layoutQ.Batch, QueryHeadStride = (nint)layoutQ.Head, QueryStride = (nint)layoutQ.Row,
                Key = (float*)keys, KeyBatchStride = (nint)layoutK.Batch, KeyHeadStride = (nint)layoutK.Head, KeyStride = (nint)layoutK.Row,
                Value = (float*)values, ValueBatchStride = (nint)layoutV.Batch, ValueHeadStride = (nint)layoutV.Head, ValueStride = (nint)layoutV.Row,
                Output = (float*)context.Output(0).Data, OutputBatchStride = (nint)layoutY.Batch, OutputHeadStride = (nint)layoutY.Head, OutputStride = (nint)layoutY.Row,
                Batch = checked((int)sizes.Batch), Heads = checked((int)heads), KeyHeads = checked((int)keyHeads), QueryLength = checked((int)rows), KeyLength = checked((int)sizes.Keys),
                HeadSize = checked((int)depth), ValueSize = checked((int)valueDepth), Scale = float.CreateTruncating(scale), Softcap = MathF.Max(_softcap, 0f),
            };
            mask.Stream(context, arguments, (float*)scores);
            return;
        }

        if (parts)
        {
            for (long i = 0; i < sizes.Batch * heads * rows;)
            {
                (long b, long h, long row) = (i / rows / heads, i / rows % heads, i % rows);
                long keyHead = h / (heads / keyHeads);
                var part = new AttentionSizes(1, 1, 1, Math.Min(atOnce, rows - row), sizes.Keys, depth, valueDepth);
                AttentionCore.Scores(context, in part, (C*)q.Data + layoutQ.Offset(b, h) + (row * layoutQ.Row), layoutQ, keys + layoutK.Offset(b, keyHead), layoutK, scale, scores);
                AttentionCore.Softcap(in part, scores, softcap);
                AttentionCore.AddMask(in part, scores, in mask, b, h, row);
                AttentionCore.Softmax(context, in part, scores);
                AttentionCore.Values(
                    context, in part, scores, values + layoutV.Offset(b, keyHead), layoutV, (C*)context.Output(0).Data + layoutY.Offset(b, h) + (row * layoutY.Row), layoutY);
                i += part.Rows;
            }

            return;
        }

        AttentionCore.Scores(context, in sizes, (C*)q.Data, layoutQ, keys, layoutK, scale, scores);
        Keep(context, scores, 0);
        AttentionCore.Softcap(in sizes, scores, softcap);
        Keep(context, scores, 1);
        AttentionCore.AddMask(in sizes, scores, in mask);
        Keep(context, scores, 2);
        AttentionCore.Softmax(context, in sizes, scores);
        Keep(context, scores, 3);
        AttentionCore.Values(context, in sizes, scores, values, layoutV, (C*)context.Output(0).Data, layoutY);
    }

    // Parts of even size, so that none is left with a few rows.
    private static long PartRows(long rows, long keys)
    {
        long most = Math.Clamp(MostScores / keys, FewestRows, Math.Max(FewestRows, rows));
        long count = (rows + most - 1) / most;
        return (rows + count - 1) / count;
    }

    private static HeadLayout Layout(bool flat, long heads, long rows, long depth) =>
        flat ? HeadLayout.RowsFirst(heads, rows, depth) : HeadLayout.HeadsFirst(heads, rows, depth);

    private void Keep<C>(KernelContext context, C* scores, long stage)
        where C : unmanaged
    {
        if (stage == _mode && context.HasOutput(3))
        {
            Tensor target = context.Output(3);
            Buffer.MemoryCopy(scores, target.Data, target.ByteCount, target.ByteCount);
        }
    }
}
