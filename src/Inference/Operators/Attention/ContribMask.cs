using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// The masks of com.microsoft's attention: 1 means seen. [B, T], [B, S, T] or [B, 1, M, M]; or [B] with the end of each row's keys, [2B] with ends, then starts, [3B + 2] with
/// ends and what CPU kernels do not need.
/// A masked score gets mask_filter_value added; a causal one becomes the lowest float.
/// </summary>
internal static unsafe class ContribMask
{
    public static void Add(in AttentionSizes s, float* scores, Tensor? mask, long past, bool causal, float maskValue)
    {
        if (mask is null && !causal)
        {
            return;
        }

        var work = default(WorkCounter);
        for (long b = 0; s.ScoreCount > 0 && b < s.Batch; b++)
        {
            for (long i = 0; i < s.Rows; i++)
            {
                work.Add(4 * s.Keys);
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

    /// <summary>Checks the shape of the mask, where there is one, as far as it is known.</summary>
    /// <param name="context">The node.</param>
    /// <param name="input">The mask's input.</param>
    /// <param name="batch">B.</param>
    /// <param name="rows">S, query positions.</param>
    /// <param name="keys">T, key positions, past included.</param>
    /// <param name="end">One past the last query position, counted from the first past one.</param>
    public static void Check(InferContext context, int input, Dimension batch, Dimension rows, Dimension keys, Dimension end)
    {
        if (!context.HasInput(input) || context.InputShape(input) is not { } mask)
        {
            return;
        }

        static bool Equal(Dimension own, Dimension expected) => own.Size is not { } a || expected.Size is not { } b || a == b;
        static bool Covers(Dimension own, Dimension expected) => !(own.Size < expected.Size);
        bool fits = mask.Length switch
        {
            1 => Equal(mask[0], batch) || mask[0].Size == 2 * batch.Size || mask[0].Size == (3 * batch.Size) + 2,
            2 => Equal(mask[0], batch) && Covers(mask[1], keys),
            3 => Equal(mask[0], batch) && Equal(mask[1], rows) && Covers(mask[2], keys),
            4 => Equal(mask[0], batch) && mask[1].Size is null or 1 && Covers(mask[2], end) && Covers(mask[3], keys),
            _ => false,
        };
        if (!fits)
        {
            throw context.Error($"input {input}: expected a mask [B], [2B], [3B+2], [B,T], [B,S,T] or [B,1,M,M] for B={batch}, S={rows}, T={keys}, got [{string.Join(",", mask)}].");
        }
    }

    /// <summary>Checks that the mask covers keys whose number the run alone knows.</summary>
    /// <param name="context">The node.</param>
    /// <param name="input">The mask's input.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="s">The run's sizes.</param>
    /// <param name="past">Past positions.</param>
    public static void CheckKeys(KernelContext context, int input, Tensor mask, in AttentionSizes s, long past)
    {
        if ((mask.Rank > 1 && mask.Dims[^1] < s.Keys) || (mask.Rank == 4 && mask.Dims[2] < past + s.Rows))
        {
            throw context.Error($"input {input}: expected a mask of at least {s.Keys} keys, got {mask}.");
        }
    }

    private static bool Seen(Tensor mask, in AttentionSizes s, long b, long i, long j, long past) => mask.Rank switch
    {
        1 => j < Scalars.ToInt64(mask, b) && (mask.Count != 2 * s.Batch || j >= Scalars.ToInt64(mask, s.Batch + b)),
        2 => Scalars.ToInt64(mask, b * mask.Dims[1] + j) != 0,
        3 => Scalars.ToInt64(mask, (b * s.Rows + i) * mask.Dims[2] + j) != 0,
        _ => Scalars.ToInt64(mask, (b * mask.Dims[2] + past + i) * mask.Dims[3] + j) != 0,
    };
}
