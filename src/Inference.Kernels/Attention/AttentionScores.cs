using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Attention;

/// <summary>One block of scores becomes e^(score − max); what earlier blocks gave is scaled to the new maximum.</summary>
internal readonly unsafe struct AttentionScores : IRowBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly ScoreJob job = ref *(ScoreJob*)state;
        for (nint r = first; r < end; r++)
        {
            float* x = job.Scores + (r * job.ScoreStride);
            nint visible = nint.Min(job.Visible + (r * job.VisibleStep), job.Left);
            int last = (int)nint.Clamp(visible, 0, job.Columns);
            int start = job.Window == 0 ? 0 : (int)nint.Clamp(visible - job.Window, 0, last);
            int count = last - start;
            new Span<float>(x, start).Clear();
            new Span<float>(x + last, job.Columns - last).Clear();
            x += start;
            float* mask = job.Mask == null ? null : job.Mask + (r * job.MaskStride) + start;
            float scale = job.Scale;
            if (job.Softcap > 0f)
            {
                Cap<S, V>(x, count, scale, job.Softcap);
                scale = 1f;
            }

            float max = Shift<S, V>(x, mask, count, scale, job.Max[r]);
            // With nothing but −∞ so far, all terms are 0 whatever is taken off.
            float sum = Exponentiate<S, V>(x, count, float.IsNegativeInfinity(max) ? 0f : max);
            if (max != job.Max[r])
            {
                float factor = MathF.Exp(job.Max[r] - max);
                job.Sum[r] *= factor;
                float* y = job.Output + (r * job.OutputStride);
                for (int i = 0; !job.First && i < job.ValueSize; i++)
                {
                    y[i] *= factor;
                }
            }

            job.Max[r] = max;
            job.Sum[r] += sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Cap<S, V>(float* x, int count, float scale, float cap)
        where S : struct, ISimd<V>
        where V : struct
    {
        int i = 0;
        for (; i <= count - S.Lanes; i += S.Lanes)
        {
            S.Store(x + i, S.Mul(S.Splat(cap), SimdMath.Tanh<S, V>(S.Mul(S.Load(x + i), S.Splat(scale / cap)))));
        }

        int part = count - i;
        if (part > 0)
        {
            S.StorePart(x + i, S.Mul(S.Splat(cap), SimdMath.Tanh<S, V>(S.Mul(S.LoadPart(x + i, part, 0f), S.Splat(scale / cap)))), part);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Shift<S, V>(float* x, float* mask, int count, float scale, float max)
        where S : struct, ISimd<V>
        where V : struct
    {
        V best = S.Splat(max);
        int i = 0;
        for (; i <= count - S.Lanes; i += S.Lanes)
        {
            V s = S.Mul(S.Load(x + i), S.Splat(scale));
            s = mask == null ? s : S.Add(s, S.Load(mask + i));
            S.Store(x + i, s);
            best = S.Max(s, best);
        }

        int part = count - i;
        if (part > 0)
        {
            V s = S.Mul(S.LoadPart(x + i, part, float.NegativeInfinity), S.Splat(scale));
            s = mask == null ? s : S.Add(s, S.LoadPart(mask + i, part, 0f));
            S.StorePart(x + i, s, part);
            best = S.Max(S.LoadPart(x + i, part, float.NegativeInfinity), best);
        }

        return S.MaxAcross(best);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentiate<S, V>(float* x, int count, float max)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sums = S.Splat(0f);
        int i = 0;
        for (; i <= count - S.Lanes; i += S.Lanes)
        {
            V e = SimdMath.ExpNonPositive<S, V>(S.Sub(S.Load(x + i), S.Splat(max)));
            S.Store(x + i, e);
            sums = S.Add(sums, e);
        }

        int part = count - i;
        if (part > 0)
        {
            V e = SimdMath.ExpNonPositive<S, V>(S.Sub(S.LoadPart(x + i, part, float.NegativeInfinity), S.Splat(max)));
            S.StorePart(x + i, e, part);
            sums = S.Add(sums, e);
        }

        return S.Sum(sums);
    }
}
