using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>Applies an operator to each element of an array.</summary>
internal static unsafe class UnaryMap
{
    /// <summary>y[i] = f(x[i]) with the widest vectors of this machine; y may be x.</summary>
    public static void Run<TOperator>(float* x, float* y, nint count, float alpha, float beta)
        where TOperator : struct, IUnaryOperator
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(x, y, count);
        if (Simd512.IsSupported && count >= 16)
        {
            Vectors<TOperator, Simd512, Vector512<float>>(x, y, count, alpha, beta);
        }
        else if (Simd256.IsSupported && count >= 8)
        {
            Vectors<TOperator, Simd256, Vector256<float>>(x, y, count, alpha, beta);
        }
        else if (Simd128.IsSupported)
        {
            Vectors<TOperator, Simd128, Vector128<float>>(x, y, count, alpha, beta);
        }
        else
        {
            Vectors<TOperator, Simd1, float>(x, y, count, alpha, beta);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Vectors<TOperator, S, V>(float* x, float* y, nint count, float alpha, float beta)
        where TOperator : struct, IUnaryOperator
        where S : struct, ISimd<V>
        where V : struct
    {
        V a = S.Splat(alpha);
        V b = S.Splat(beta);
        if (count >= S.Lanes)
        {
            // The last vector overlaps the one before it, so it is loaded before y (which may be x) is written.
            nint end = count - S.Lanes;
            V last = S.Load(x + end);
            for (nint i = 0; i < end; i += S.Lanes)
            {
                S.Store(y + i, TOperator.Invoke<S, V>(S.Load(x + i), a, b));
            }

            S.Store(y + end, TOperator.Invoke<S, V>(last, a, b));
            return;
        }

        KernelAssert.AtMost(S.Lanes, TileLimits.Lanes);
        float* padded = stackalloc float[TileLimits.Lanes];
        S.Store(padded, S.Splat(1f));
        for (nint i = 0; i < count; i++)
        {
            padded[i] = x[i];
        }

        S.Store(padded, TOperator.Invoke<S, V>(S.Load(padded), a, b));
        for (nint i = 0; i < count; i++)
        {
            y[i] = padded[i];
        }
    }
}
