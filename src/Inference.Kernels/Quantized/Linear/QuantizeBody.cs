using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Linear;

/// <summary>y[i] = round(clamp(x[i] / scale, low, high)) + zero point, halves to even; NaN gives low.</summary>
internal readonly unsafe struct QuantizeBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<QuantizeBody>("quantize_linear");

    // Scales for which neither the reciprocal nor a bound leaves the normal numbers.
    private const float SmallestFast = 1e-20f;
    private const float LargestFast = 1e20f;

    private const float Margin = 1f / (1 << 20);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        nint i = first;
        if (S.Lanes > 1)
        {
            i = job.Scale is > SmallestFast and < LargestFast ? ByReciprocal<S, V>(in job, first, end) : ByDivision<S, V>(in job, first, end);
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

    // The bytes are those of a division: products by something more and something less than the reciprocal, by 2⁻²⁰ where their own errors are below 2⁻²², enclose the quotient, so where both
    // round to one integer the quotient does; elsewhere the division decides. The bounds are those of the results times the scale, which is positive: what is clamped rounds to them. A NaN
    // gives low.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint ByReciprocal<S, V>(in Job job, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        float* x = job.X;
        byte* y = job.Y;
        int zero = job.ZeroPoint;
        float r = 1f / job.Scale;
        V more = S.Splat(r * (1f + Margin));
        V less = S.Splat(r * (1f - Margin));
        V low = S.Splat(job.Low * job.Scale);
        V high = S.Splat(job.High * job.Scale);
        for (; i + (2 * S.Lanes) <= end; i += 2 * S.Lanes)
        {
            V a = S.Clamp(S.Load(x + i), low, high);
            V b = S.Clamp(S.Load(x + i + S.Lanes), low, high);
            V p = S.Round(S.Mul(a, more));
            V q = S.Round(S.Mul(b, more));
            // Equal numbers differ by a zero without a sign, which is no bit.
            if (S.Any(S.Or(S.Sub(p, S.Round(S.Mul(a, less))), S.Sub(q, S.Round(S.Mul(b, less))))))
            {
                V scale = S.Splat(job.Scale);
                p = S.Clamp(S.Div(S.Load(x + i), scale), S.Splat(job.Low), S.Splat(job.High));
                q = S.Clamp(S.Div(S.Load(x + i + S.Lanes), scale), S.Splat(job.Low), S.Splat(job.High));
            }

            S.StoreBytes(y + i, p, zero);
            S.StoreBytes(y + i + S.Lanes, q, zero);
        }

        return ByDivision<S, V>(in job, i, end);
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
