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

    // The bytes are those of a division: the product by the reciprocal, each rounded to nearest, is off by less than 1.6 · 2⁻²³ of the quotient, 10⁻⁴ within the bounds, and where it comes as
    // near as 2⁻¹² to the middle of two integers the division decides. A NaN gives low, and what overflows is clamped as it would be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint ByReciprocal<S, V>(in Job job, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        float* x = job.X;
        byte* y = job.Y;
        int zero = job.ZeroPoint;
        V scale = S.Splat(job.Scale);
        V r = S.Splat(1f / job.Scale);
        V low = S.Splat(job.Low);
        V high = S.Splat(job.High);
        V middle = S.Splat(0.5f - (1f / 4096));
        for (; i + (2 * S.Lanes) <= end; i += 2 * S.Lanes)
        {
            V a = S.Clamp(S.Mul(S.Load(x + i), r), low, high);
            V b = S.Clamp(S.Mul(S.Load(x + i + S.Lanes), r), low, high);
            if (S.Any(S.LessThan(middle, S.Max(S.Abs(S.Sub(a, S.Round(a))), S.Abs(S.Sub(b, S.Round(b)))))))
            {
                a = S.Clamp(S.Div(S.Load(x + i), scale), low, high);
                b = S.Clamp(S.Div(S.Load(x + i + S.Lanes), scale), low, high);
            }

            S.StoreBytes(y + i, a, zero);
            S.StoreBytes(y + i + S.Lanes, b, zero);
        }

        for (; i + S.Lanes <= end; i += S.Lanes)
        {
            V q = S.Clamp(S.Mul(S.Load(x + i), r), low, high);
            if (S.Any(S.LessThan(middle, S.Abs(S.Sub(q, S.Round(q))))))
            {
                q = S.Clamp(S.Div(S.Load(x + i), scale), low, high);
            }

            S.StoreBytes(y + i, q, zero);
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
