using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Linear;

/// <summary>y[i] = round(clamp(x[i] / scale, low, high)) + zero point, halves to even; NaN gives low.</summary>
internal readonly unsafe struct QuantizeBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<QuantizeBody>("quantize_linear");

    // Scales for which no step of a division by the reciprocal leaves the normal numbers.
    private const float SmallestFast = 1e-20f;
    private const float LargestFast = 1e20f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        nint i = first;
        if (S.Lanes > 1)
        {
            i = MathF.Abs(job.Scale) is > SmallestFast and < LargestFast ? ByReciprocal<S, V>(in job, first, end) : ByDivision<S, V>(in job, first, end);
        }

        ByDivision<Simd1, float>(in job, i, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint ByDivision<S, V>(in Job job, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        float* x = job.X;
        byte* y = job.Y;
        int zero = job.ZeroPoint;
        V scale = S.Splat(job.Scale);
        V low = S.Splat(job.Low);
        V high = S.Splat(job.High);
        for (; i + S.Lanes <= end; i += S.Lanes)
        {
            S.StoreBytes(y + i, S.Clamp(S.Div(S.Load(x + i), scale), low, high), zero);
        }

        return i;
    }

    // The quotient is exact, so the bytes are those of a division. r is the reciprocal rounded to nearest and q1 = fma(e, r, q) with
    // e = x − q·scale (exact by fma) differs from x/scale by less than an ulp; the same step once more then gives x/scale rounded to
    // nearest (Markstein 1990). x is held within ±512·scale first: what lies beyond is clamped anyway, and no step can overflow or,
    // where a rounding is decided (|x/scale| near 1/2 or more), underflow. A NaN goes through to Clamp, which takes `low` for it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint ByReciprocal<S, V>(in Job job, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        float* x = job.X;
        byte* y = job.Y;
        int zero = job.ZeroPoint;
        V negated = S.Splat(-job.Scale);
        V r = S.Splat(1f / job.Scale);
        V least = S.Splat(-512f * MathF.Abs(job.Scale));
        V most = S.Splat(512f * MathF.Abs(job.Scale));
        V low = S.Splat(job.Low);
        V high = S.Splat(job.High);
        for (; i + S.Lanes <= end; i += S.Lanes)
        {
            // Max and Min return their second operand for a NaN.
            V v = S.Min(most, S.Max(least, S.Load(x + i)));
            V q = S.Mul(v, r);
            q = S.Fma(S.Fma(q, negated, v), r, q);
            q = S.Fma(S.Fma(q, negated, v), r, q);
            S.StoreBytes(y + i, S.Clamp(q, low, high), zero);
        }

        return i;
    }

    internal struct Job
    {
        public float* X;
        public byte* Y;
        public float Scale;
        public int ZeroPoint;
        public float Low;
        public float High;
    }
}
