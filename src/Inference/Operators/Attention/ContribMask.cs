using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// The masks of com.microsoft's attention: 1 means seen. [B, T], [B, S, T] or [B, 1, M, M]; or [B] with the end of each row's keys, [2B] with ends, then starts.
/// A masked score gets mask_filter_value added; a causal one becomes the lowest float.
/// </summary>
internal static unsafe class ContribMask
{
    public static void Add(KernelContext context, in AttentionSizes s, float* scores, Tensor? mask, long past, bool causal, float maskValue)
    {
        if (mask is null && !causal)
        {
            return;
        }

        Check(context, in s, mask);
        for (long b = 0; b < s.Batch; b++)
        {
            for (long i = 0; i < s.Rows; i++)
            {
                for (long j = 0; j < s.Keys; j++)
                {
                    bool seen = mask is null || Seen(mask, in s, b, i, j, past);
                    bool future = causal && j > i + past;
                    if (seen && !future)
                    {
                        continue;
                    }

                    for (long h = 0; h < s.Heads; h++)
                    {
                        ref float score = ref scores[((b * s.Heads + h) * s.Rows + i) * s.Keys + j];
                        score = future ? float.MinValue : score + maskValue;
                    }
                }
            }
        }
    }

    private static void Check(KernelContext context, in AttentionSizes s, Tensor? mask)
    {
        bool fits = mask is null || mask.Rank switch
        {
            1 => mask.Count == s.Batch || mask.Count == 2 * s.Batch,
            2 => mask.Dims[0] == s.Batch && mask.Dims[1] >= s.Keys,
            3 => mask.Dims[0] == s.Batch && mask.Dims[1] == s.Rows && mask.Dims[2] >= s.Keys,
            4 => mask.Dims[0] == s.Batch && mask.Dims[2] >= s.Keys && mask.Dims[3] >= s.Keys,
            _ => false,
        };
        if (!fits)
        {
            throw context.Error($"mask: expected [B], [2B], [B,T], [B,S,T] or [B,1,M,M] for B={s.Batch}, S={s.Rows}, T={s.Keys}, got {mask}.");
        }
    }

    private static bool Seen(Tensor mask, in AttentionSizes s, long b, long i, long j, long past) => mask.Rank switch
    {
        1 => j < Scalars.ToInt64(mask, b) && (mask.Count == s.Batch || j >= Scalars.ToInt64(mask, s.Batch + b)),
        2 => Scalars.ToInt64(mask, b * mask.Dims[1] + j) != 0,
        3 => Scalars.ToInt64(mask, (b * s.Rows + i) * mask.Dims[2] + j) != 0,
        _ => Scalars.ToInt64(mask, (b * mask.Dims[2] + past + i) * mask.Dims[3] + j) != 0,
    };
}
