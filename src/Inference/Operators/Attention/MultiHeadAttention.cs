using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Attention on projected heads: query [B, S, H·D], key [B, L, H·D], value [B, L, H·V] (or key and value [B, H, L, D], without a bias; or a key [B, L, H, 2, D] that holds the
/// value; or a query [B, S, H, 3, D] that holds both), bias [2·H·D + H·V], key padding mask, what is added to the scores, past key and value [B, H, P, D], how many of
/// their rows are filled, and the beams they came from. Outputs: [B, S, H·V], present key and value (with the rows of the past, or as long as the past where the rows filled are
/// given), and the scores before the softmax [B, H, S, T]. Source: com.microsoft MultiHeadAttention, and DecoderMaskedMultiHeadAttention, whose query has one position.
/// </summary>
internal sealed unsafe class MultiHeadAttention(Node node, MultiHeadForm form) : FloatOperator
{
    private readonly long _heads = node.Attributes.Int("num_heads") is var heads && heads > 0 ? heads
        : throw new ModelLoadException($"{node.Describe()}: attribute 'num_heads': expected a number of heads greater than 0, got {heads}.");

    private readonly bool _causal = node.Attributes.Int("unidirectional", 0) != 0;
    private readonly float _scale = node.Attributes.Float("scale", 0f);
    private readonly float _maskValue = node.Attributes.Float("mask_filter_value", -10000f);

    // Whether a past with room is wanted although the rows filled are left out is told by the attribute.
    private readonly bool _shares = node.Attributes.Int("past_present_share_buffer", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        var shape = new MultiHeadShape(context, _heads, form.IsStep);
        CheckPast(context, in shape);
        Dimension past = !context.HasInput(form.Past) ? Dimension.Fixed(0)
            : IsFilled(context) ? context.InputShapeData(form.PastLength) is { Length: 1 } data ? data[0] : Dimension.Unknown
            : context.InputShape(form.Past)?[2] ?? Dimension.Unknown;
        Dimension total = Sum(past, shape.Fresh);
        Dimension heads = Dimension.Fixed(_heads);
        ContribMask.Check(context, form.Mask, shape.Batch, shape.Rows, total, Sum(past, shape.Rows));
        Shapes.RequireBroadcast(context, form.Addend, [shape.Batch, heads, shape.Rows, IsFilled(context) ? Dimension.Unknown : total]);
        Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", shape.Batch, heads, shape.Rows, total);
        context.SetOutput(0, type, [shape.Batch, shape.Rows, Shapes.Product([heads, shape.ValueDepth])]);
        Dimension present = IsFilled(context) ? context.InputShape(form.Past)?[2] ?? Dimension.Unknown : total;
        for (int i = 1; i <= 2; i++)
        {
            if (context.HasOutput(i))
            {
                context.SetOutput(i, type, [shape.Batch, heads, present, i == 1 ? shape.Depth : shape.ValueDepth]);
            }
        }

        if (context.HasOutput(3))
        {
            context.SetOutput(3, type, [shape.Batch, heads, shape.Rows, total]);
        }
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor? pastKey = context.OptionalInput(form.Past);
        Tensor? filled = pastKey is null ? null : context.OptionalInput(form.PastLength);
        MultiHeadInputs x = MultiHeadInputs.Read(context, _heads);
        long room = pastKey?.Dims[2] ?? 0;
        long past = filled is null ? room : Scalars.ToInt64(filled);
        long presentRows = filled is null ? past + x.Fresh : room;
        if (filled is not null && (past < 0 || past > room - x.Fresh))
        {
            throw context.Error($"input {form.PastLength}: expected a number of rows in [0, {room - x.Fresh}], because the past has room for {room} rows and {x.Fresh} are added, got {past}.");
        }

        var sizes = new AttentionSizes(x.Batch, _heads, _heads, x.Rows, past + x.Fresh, x.Depth, x.ValueDepth);
        Tensor? mask = context.OptionalInput(form.Mask);
        if (filled is not null && mask is not null)
        {
            ContribMask.CheckKeys(context, form.Mask, mask, in sizes, past);
        }

        bool beams = past > 0 && context.HasInput(MultiHeadForm.Indirection);
        long planes = x.Batch * _heads;
        long queryCount = planes * x.Rows * x.Depth;
        long keyCount = planes * presentRows * x.Depth;
        long valueCount = planes * presentRows * x.ValueDepth;
        Tensor? bias = context.OptionalInput(form.Bias);
        float* addend = bias is null ? null : (float*)bias.Data;
        float* keyBias = addend is null || x.IsSplit ? null : addend + _heads * x.Depth;
        float* valueBias = keyBias is null ? null : keyBias + _heads * x.Depth;

        // Heads to which nothing is added are read where they are.
        bool isAlone = !context.HasInput(form.Past);
        long queryRoom = addend is null ? 0 : queryCount;
        long keyRoom = isAlone && keyBias is null ? 0 : keyCount;
        long valueRoom = isAlone && valueBias is null ? 0 : valueCount;
        float* scores = (float*)context.Scratch(checked((sizes.ScoreCount + queryRoom + keyRoom + valueRoom + (beams ? keyCount + valueCount : 0) + 1) * sizeof(float)));
        float* query = scores + sizes.ScoreCount;
        float* scratch = query + queryRoom;
        float* key = context.HasOutput(1) ? (float*)context.Output(1).Data : scratch;
        float* value = context.HasOutput(2) ? (float*)context.Output(2).Data : scratch + keyRoom;
        HeadLayout layoutQ = HeadLayout.HeadsFirst(_heads, x.Rows, x.Depth);
        HeadLayout layoutK = HeadLayout.HeadsFirst(_heads, presentRows, x.Depth);
        HeadLayout layoutV = HeadLayout.HeadsFirst(_heads, presentRows, x.ValueDepth);
        x.Query.Take(addend, isAlone: true, ref query, ref layoutQ, x.Batch, _heads, x.Rows, x.Depth);
        CopyPast(pastKey, filled is null, key, layoutK, planes, x.Depth);
        CopyPast(context.OptionalInput(form.Past + 1), filled is null, value, layoutV, planes, x.ValueDepth);
        if (isAlone)
        {
            x.Key.Take(keyBias, !context.HasOutput(1), ref key, ref layoutK, x.Batch, _heads, x.Fresh, x.Depth);
            x.Value.Take(valueBias, !context.HasOutput(2), ref value, ref layoutV, x.Batch, _heads, x.Fresh, x.ValueDepth);
        }
        else
        {
            x.Key.CopyTo(key + past * x.Depth, layoutK, keyBias, x.Batch, _heads, x.Fresh, x.Depth);
            x.Value.CopyTo(value + past * x.ValueDepth, layoutV, valueBias, x.Batch, _heads, x.Fresh, x.ValueDepth);
        }

        if (beams)
        {
            var beamPast = new BeamPast(context.Input(MultiHeadForm.Indirection), _heads, past, room);
            CheckBeams(context, in beamPast, x.Batch);
            key = TakeBeams(in beamPast, pastKey!, key, scratch + keyCount + valueCount, layoutK, x.Batch, x.Fresh, x.Depth);
            value = TakeBeams(in beamPast, context.Input(form.Past + 1), value, scratch + 2 * keyCount + valueCount, layoutV, x.Batch, x.Fresh, x.ValueDepth);
        }

        float scale = _scale != 0 ? _scale : 1f / MathF.Sqrt(x.Depth);
        AttentionCore.Scores(context, in sizes, query, layoutQ, key, layoutK, scale, scores);
        var additive = new AttentionMask(context.OptionalInput(form.Addend), causal: false, past, null, x.Rows, offsetByValid: false);
        AttentionCore.AddMask(in sizes, scores, in additive);
        ContribMask.Add(in sizes, scores, mask, past, _causal, _maskValue);
        if (context.HasOutput(3) && sizes.ScoreCount > 0)
        {
            Buffer.MemoryCopy(scores, context.Output(3).Data, context.Output(3).ByteCount, sizes.ScoreCount * sizeof(float));
        }

        AttentionCore.Softmax(context, in sizes, scores);
        AttentionCore.Values(context, in sizes, scores, value, layoutV, (float*)context.Output(0).Data, HeadLayout.RowsFirst(_heads, x.Rows, x.ValueDepth));
    }

    private static Dimension Sum(Dimension a, Dimension b) => a.Size is { } x && b.Size is { } y ? Dimension.Fixed(checked(x + y)) : a.Size == 0 ? b : Dimension.Unknown;

    private bool IsFilled(InferContext context) => context.HasInput(form.Past) && context.HasInput(form.PastLength);

    private void CheckPast(InferContext context, in MultiHeadShape shape)
    {
        Dimension heads = Dimension.Fixed(_heads);
        Dimension past = context.InputShape(form.Past)?[2] ?? Dimension.Unknown;
        Shapes.RequireShape(context, form.Past, shape.Batch, heads, past, shape.Depth);
        Shapes.RequireShape(context, form.Past + 1, shape.Batch, heads, past, shape.ValueDepth);
        if (shape.Depth.Size is { } d && shape.ValueDepth.Size is { } v)
        {
            Shapes.RequireShape(context, form.Bias, Dimension.Fixed(checked(_heads * (2 * d + v))));
        }

        if (context.HasInput(form.Past) != context.HasInput(form.Past + 1) || (_shares && context.HasInput(form.Past) && !context.HasInput(form.PastLength)))
        {
            throw context.Error("expected both past key and past value, and with past_present_share_buffer also the number of filled rows, got only some of them.");
        }

        if (context.InputShape(MultiHeadForm.Indirection) is not { } indirection || !context.HasInput(form.Past))
        {
            return;
        }

        bool fits = indirection[0].Size is not { } sequences || indirection[1].Size is not { } beams || shape.Batch.Size is not { } rows || (beams > 0 && Math.BigMul(sequences, beams, out long low) == 0 && low == rows);
        if (!fits || !IsFilled(context) || shape.Rows.Size is not (null or 1))
        {
            throw context.Error($"input {MultiHeadForm.Indirection}: expected [sequences, beams, positions] for a batch of {shape.Batch} rows of one position, and the number of filled past rows, got [{string.Join(",", indirection)}].");
        }
    }

    // The past as a whole where it has room, or its rows in front of the new ones.
    private static void CopyPast(Tensor? past, bool isFull, float* target, HeadLayout layout, long planes, long depth)
    {
        if (past is null || past.Count == 0 || (float*)past.Data == target)
        {
            return;
        }

        long bytes = past.Dims[2] * depth * sizeof(float);
        for (long p = 0; p < planes; p++)
        {
            Buffer.MemoryCopy((float*)past.Data + p * past.Dims[2] * depth, target + p * (isFull ? layout.Head : past.Dims[2] * depth), bytes, bytes);
        }
    }

    private void CheckBeams(KernelContext context, in BeamPast past, long batch)
    {
        Tensor indirection = past.Indirection;
        long width = context.OptionalInput(form.BeamWidth) is { } own ? Scalars.ToInt64(own) : indirection.Dims[1];
        if (width != indirection.Dims[1] || indirection.Dims[0] * width != batch || indirection.Dims[2] < past.Length)
        {
            throw context.Error($"input {MultiHeadForm.Indirection}: expected {width} beams for {batch} rows and at least {past.Length} positions, got {indirection}.");
        }

        past.Check(context);
    }

    // What the rows of the batch see: past positions of their beams, then their own new ones.
    private float* TakeBeams(in BeamPast past, Tensor source, float* present, float* target, HeadLayout layout, long batch, long fresh, long depth)
    {
        for (long b = 0; b < batch; b++)
        {
            for (long h = 0; h < _heads; h++)
            {
                long at = layout.Offset(b, h);
                past.Take((float*)source.Data, target + at, b, h, depth);
                long bytes = fresh * depth * sizeof(float);
                Buffer.MemoryCopy(present + at + past.Length * depth, target + at + past.Length * depth, bytes, bytes);
            }
        }

        return target;
    }
}
