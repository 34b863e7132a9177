using Inference.Graph;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Y = softmax(softcap(scale·Q·Kᵀ) + bias)·V where groups of query heads share a head of keys and values. Inputs: query [B, S, H·D] with key and value [B, S, G·D] (or none of
/// them and a query of [B, S, (H + 2G)·D]; or ones of no rows, which attend the past alone), past key and value [B, G, P, D], the length of each sequence less one [B], the
/// longest length, caches of rotary angles [max, R/2], positions [B, S], bias [B or 1, H or 1, S, T], sinks [H]. Outputs: [B, S, H·D], present key and value
/// [B, G, max(P, T), D], zero behind a sequence's end, and the scores before (qk_output 1) or after (2) the softmax [B, H, S, T]. Where S = T the past is not read.
/// With sliding_window_cache the past holds the newest positions alone; see <see cref="GroupQueryStep"/>. Source: com.microsoft GroupQueryAttention.
/// </summary>
internal sealed unsafe class GroupQueryAttention(Node node) : FloatOperator
{
    private readonly GroupQueryAttributes _attributes = new(node);

    protected override void InferOutputs(InferContext context) => _attributes.Infer(context);

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        GroupQuerySizes s = _attributes.Sizes(context);
        if (s.Batch == 0 || s.Rows == 0)
        {
            return;
        }

        var run = new GroupQueryRun(context, _attributes, in s);
        for (long b = 0; b < s.Batch; b++)
        {
            context.ThrowIfCancelled();
            run.Attend(b);
        }
    }
}
