using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>One run of com.microsoft's self-attention on projected rows [B·S, Hq + Hk + Hv].</summary>
internal readonly unsafe struct ContribShape
{
    private readonly ContribHeads _heads;
    private readonly long _width;
    private readonly long _past;
    private readonly long _query;
    private readonly long _key;
    private readonly AttentionSizes _sizes;

    public ContribShape(ContribHeads heads, long batch, long rows, long width, Tensor? past)
    {
        _heads = heads;
        _width = width;
        _past = past?.Dims[3] ?? 0;
        (_query, _key, long value) = heads.Split(width);
        _sizes = new(batch, heads.Count, heads.Count, rows, _past + rows, _query / heads.Count, value / heads.Count);
    }

    private long KeyElements => _sizes.Batch * _sizes.Heads * _sizes.Keys * _sizes.Depth;

    /// <summary>Floats of scratch that <see cref="Run"/> needs.</summary>
    public long ScratchElements => _sizes.ScoreCount + 2 * _sizes.Batch * _sizes.Heads * _sizes.Keys * Math.Max(_sizes.Depth, _sizes.ValueDepth) + 1;

    public void Run(KernelContext context, float* projected, Tensor? mask, Tensor? past, Tensor? bias, float* scratch)
    {
        long rows = _sizes.Rows;
        float* scores = scratch;
        float* query = projected;
        float* keys = projected + _query;
        float* values = projected + _query + _key;
        var layoutQ = new HeadLayout(rows * _width, _sizes.Depth, _width);
        HeadLayout layoutK = layoutQ;
        var layoutV = new HeadLayout(rows * _width, _sizes.ValueDepth, _width);
        if (_past > 0 || context.HasOutput(1))
        {
            float* joined = context.HasOutput(1) ? (float*)context.Output(1).Data : scores + _sizes.ScoreCount;
            float* old = past is null ? null : (float*)past.Data;
            long pastElements = _sizes.Batch * _sizes.Heads * _past * _sizes.Depth;
            AttentionCore.Append(old, _past, keys, layoutK, _sizes.Batch, _sizes.Heads, rows, _sizes.Depth, joined);
            AttentionCore.Append(old is null ? null : old + pastElements, _past, values, layoutV, _sizes.Batch, _sizes.Heads, rows, _sizes.ValueDepth, joined + KeyElements);
            keys = joined;
            values = joined + KeyElements;
            layoutK = HeadLayout.HeadsFirst(_sizes.Heads, _sizes.Keys, _sizes.Depth);
            layoutV = HeadLayout.HeadsFirst(_sizes.Heads, _sizes.Keys, _sizes.ValueDepth);
        }

        float scale = _heads.Scale != 0 ? _heads.Scale : 1f / MathF.Sqrt(_sizes.Depth);
        AttentionCore.Scores(context, in _sizes, query, layoutQ, keys, layoutK, scale, scores);
        var additive = new AttentionMask(bias, causal: false, 0, null, rows, offsetByValid: false);
        AttentionCore.AddMask(in _sizes, scores, in additive);
        ContribMask.Add(in _sizes, scores, mask, _past, _heads.Causal, _heads.MaskValue);
        AttentionCore.Softmax(context, in _sizes, scores);
        AttentionCore.Values(context, in _sizes, scores, values, layoutV, (float*)context.Output(0).Data, HeadLayout.RowsFirst(_sizes.Heads, rows, _sizes.ValueDepth));
    }
}
