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

    // 1.5·2²³: numbers about it are integers, and their low bits those of what was added.
    private const float Ones = 3 << 22;

    private const float Near = 0.5f - (1f / (1 << 13));

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

    // The bytes are those of a division. The product with the rounded reciprocal is off the quotient by less than 2⁻¹⁵, the rounded quotient by less than that again: where the product lies
    // further than that from the middle between two integers, all three round to the same one; elsewhere the division decides. What is added rounds the product to an integer, whose low
    // byte is then the result's. The bounds are those of the results times the scale, which is positive: what is clamped rounds to them. A NaN gives low.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint ByReciprocal<S, V>(in Job job, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        float* x = job.X;
        byte* y = job.Y;
        V r = S.Splat(1f / job.Scale);
        V low = S.Splat(job.Low * job.Scale);
        V high = S.Splat(job.High * job.Scale);
        V ones = S.Splat(Ones + job.ZeroPoint);
        V near = S.Splat(Near);
        for (; i + (4 * S.Lanes) <= end; i += 4 * S.Lanes)
        {
            V a = S.Clamp(S.Load(x + i), low, high);
            V b = S.Clamp(S.Load(x + i + S.Lanes), low, high);
            V c = S.Clamp(S.Load(x + i + (2 * S.Lanes)), low, high);
            V d = S.Clamp(S.Load(x + i + (3 * S.Lanes)), low, high);
            V p = S.Fma(a, r, ones);
            V q = S.Fma(b, r, ones);
            V s = S.Fma(c, r, ones);
            V t = S.Fma(d, r, ones);
            V most = S.Max(S.Max(Off<S, V>(a, r, p, ones), Off<S, V>(b, r, q, ones)), S.Max(Off<S, V>(c, r, s, ones), Off<S, V>(d, r, t, ones)));
            // Equal numbers differ by a zero without a sign, which is no bit.
            if (S.Any(S.Sub(S.Max(most, near), near)))
            {
                ByDivision<S, V>(in job, i, i + (4 * S.Lanes));
                continue;
            }

            S.StoreLowBytes(y + i, p);
            S.StoreLowBytes(y + i + S.Lanes, q);
            S.StoreLowBytes(y + i + (2 * S.Lanes), s);
            S.StoreLowBytes(y + i + (3 * S.Lanes), t);
        }

        return ByDivision<S, V>(in job, i, end);
    }

    // How far the product lies from the integer that it rounds to.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Off<S, V>(V x, V r, V rounded, V ones)
        where S : struct, IIntSimd<V>
        where V : struct => S.Abs(S.Fma(x, r, S.Sub(ones, rounded)));

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
