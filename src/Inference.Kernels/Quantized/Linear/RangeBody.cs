using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Linear;

/// <summary>Smallest and largest of 0 and all elements; both NaN if an element is.</summary>
internal readonly unsafe struct RangeBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<RangeBody>("range_f32");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref Job job = ref *(Job*)state;
        float* x = job.X;
        V low0 = S.Splat(0f);
        V high0 = low0;
        V low1 = low0;
        V high1 = low0;
        V odd = low0;
        nint i = first;
        for (; i + (2 * S.Lanes) <= end; i += 2 * S.Lanes)
        {
            V a = S.Load(x + i);
            V b = S.Load(x + i + S.Lanes);
            low0 = S.Min(low0, a);
            high0 = S.Max(high0, a);
            low1 = S.Min(low1, b);
            high1 = S.Max(high1, b);
            odd = S.Or(odd, S.Unordered(a, b));
        }

        while (i < end)
        {
            // 0 takes part anyway.
            int part = (int)nint.Min(end - i, S.Lanes);
            V a = S.LoadPart(x + i, part, 0f);
            low0 = S.Min(low0, a);
            high0 = S.Max(high0, a);
            odd = S.Or(odd, S.Unordered(a, a));
            i += part;
        }

        bool ordered = !S.Any(odd);
        job.Min = ordered ? S.MinAcross(S.Min(low0, low1)) : float.NaN;
        job.Max = ordered ? S.MaxAcross(S.Max(high0, high1)) : float.NaN;
    }

    internal struct Job
    {
        public float* X;
        public float Min;
        public float Max;
    }
}
