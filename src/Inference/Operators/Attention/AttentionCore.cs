using System.Numerics;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Reduction;

namespace Inference.Operators.Attention;

/// <summary>The steps of scaled dot-product attention on tensors of any head layout.</summary>
internal static unsafe class AttentionCore
{
    // A score and its exponential or tangent, about 4 ns.
    private const int ScoreWork = 4;

    /// <summary>scores[B, H, rows, keys] = scale·Q·Kᵀ; heads of K are shared by groups of heads of Q.</summary>
    public static void Scores<C>(KernelContext context, in AttentionSizes s, C* q, HeadLayout layoutQ, C* k, HeadLayout layoutK, C scale, C* scores)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (s.ScoreCount == 0)
        {
            return;
        }

        var heads = new HeadProducts<C>
        {
            Sizes = s, A = q, LayoutA = layoutQ, B = k, LayoutB = layoutK, TransposesB = true, Y = scores, LayoutY = HeadLayout.HeadsFirst(s.Heads, s.Rows, s.Keys),
            Columns = s.Keys, Depth = s.Depth, Scale = scale,
        };
        heads.Run(context);
    }

    /// <summary>scores = softcap·tanh(scores/softcap); nothing for a softcap of 0.</summary>
    public static void Softcap<C>(in AttentionSizes s, C* scores, C softcap)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        var work = default(WorkCounter);
        for (long i = 0; softcap > C.Zero && i < s.ScoreCount; i++)
        {
            work.Add(ScoreWork);
            scores[i] = softcap * C.Tanh(scores[i] / softcap);
        }
    }

    /// <summary>Adds a mask to scores of which the first are those of a batch row, a head and a query position.</summary>
    public static void AddMask<C>(in AttentionSizes s, C* scores, in AttentionMask mask, long batch = 0, long head = 0, long row = 0)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (s.ScoreCount == 0)
        {
            return;
        }

        var work = default(WorkCounter);
        for (long b = 0; b < s.Batch; b++)
        {
            for (long h = 0; h < s.Heads; h++)
            {
                for (long i = 0; i < s.Rows; i++)
                {
                    work.Add(ScoreWork * s.Keys);
                    mask.AddTo(scores + ((b * s.Heads + h) * s.Rows + i) * s.Keys, batch + b, head + h, row + i, s.Keys);
                }
            }
        }
    }

    public static void Softmax<C>(KernelContext context, in AttentionSizes s, C* scores)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (s.ScoreCount > 0 && typeof(C) == typeof(float))
        {
            Kernels.Normalization.Softmax.Run((float*)scores, (float*)scores, (nint)(s.Batch * s.Heads * s.Rows), (nint)s.Keys, logarithm: false, context.Threads);
        }
        else if (s.ScoreCount > 0)
        {
            var work = default(WorkCounter);
            for (long r = 0; r < s.Batch * s.Heads * s.Rows; r++)
            {
                work.Add(ScoreWork * s.Keys);
                Reduction.Softmax.Row(scores + r * s.Keys, scores + r * s.Keys, s.Keys, SoftmaxKind.Softmax);
            }
        }
    }

    /// <summary>Y = probabilities·V.</summary>
    public static void Values<C>(KernelContext context, in AttentionSizes s, C* probabilities, C* v, HeadLayout layoutV, C* y, HeadLayout layoutY)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (s.OutputCount == 0)
        {
            return;
        }

        var heads = new HeadProducts<C>
        {
            Sizes = s, A = probabilities, LayoutA = HeadLayout.HeadsFirst(s.Heads, s.Rows, s.Keys), B = v, LayoutB = layoutV, Y = y, LayoutY = layoutY,
            Columns = s.ValueDepth, Depth = s.Keys, Scale = C.One,
        };
        heads.Run(context);
    }

    /// <summary>Appends new keys or values to past ones: target[B, H, past + rows, D].</summary>
    public static void Append<C>(C* past, long pastRows, C* fresh, HeadLayout layout, long batch, long heads, long rows, long depth, C* target)
        where C : unmanaged
    {
        if (batch * heads * (pastRows + rows) * depth == 0)
        {
            return;
        }

        var work = default(WorkCounter);
        for (long b = 0; b < batch; b++)
        {
            for (long h = 0; h < heads; h++)
            {
                long oldCount = pastRows * depth;
                if (oldCount > 0)
                {
                    LargeBlocks.Copy(past + (b * heads + h) * oldCount, target, oldCount * sizeof(C));
                }

                target += oldCount;
                C* source = fresh + layout.Offset(b, h);
                for (long i = 0; i < rows; i++)
                {
                    work.Add(depth);
                    Buffer.MemoryCopy(source + i * layout.Row, target, depth * sizeof(C), depth * sizeof(C));
                    target += depth;
                }
            }
        }
    }
}
