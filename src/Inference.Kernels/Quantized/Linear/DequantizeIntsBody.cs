using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Linear;

/// <summary>y[i] = f32(x[i] − zero point) · scale for s32 x, the difference modulo 2^32; y may be the same memory.</summary>
internal readonly unsafe struct DequantizeIntsBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<DequantizeIntsBody>("dequantize_s32");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        nint i = Vectors<S, V>(in job, first, end);
        Vectors<Simd1, float>(in job, i, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Vectors<S, V>(in Job job, nint i, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        int* x = job.X;
        float* y = job.Y;
        int zero = job.ZeroPoint;
        V scale = S.Splat(job.Scale);
        for (; i + S.Lanes <= end; i += S.Lanes)
        {
            S.Store(y + i, S.Mul(S.LoadInts(x + i, zero), scale));
        }

        return i;
    }

    internal struct Job
    {
        public int* X;
        public float* Y;
        public float Scale;
        public int ZeroPoint;
    }
}
