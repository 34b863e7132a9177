using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Linear;

/// <summary>y[i] = f32(x[i] − zero point) · scale for u8 or s8 x.</summary>
internal readonly unsafe struct DequantizeBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<DequantizeBody>("dequantize_linear");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        // A loop for either sign: a constant argument leaves no branch in it.
        nint i = job.Signed ? Vectors<S, V>(in job, true, first, end) : Vectors<S, V>(in job, false, first, end);
        Vectors<Simd1, float>(in job, job.Signed, i, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Vectors<S, V>(in Job job, bool signed, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        byte* x = job.X;
        float* y = job.Y;
        int zero = job.ZeroPoint;
        V scale = S.Splat(job.Scale);
        for (; i + S.Lanes <= end; i += S.Lanes)
        {
            S.Store(y + i, S.Mul(S.LoadBytes(x + i, signed, zero), scale));
        }

        return i;
    }

    internal struct Job
    {
        public byte* X;
        public float* Y;
        public float Scale;
        public int ZeroPoint;
        public bool Signed;
    }
}
