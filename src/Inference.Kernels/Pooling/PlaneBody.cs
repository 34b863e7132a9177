using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Pooling;

/// <summary>Windows that are whole planes: y[plane] = mean or maximum of x[plane].</summary>
internal readonly unsafe struct PlaneBody : IRowBody
{
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly PoolingJob job = ref *(PoolingJob*)state;
        nint count = job.Geometry.Taps;
        for (nint plane = first; plane < end; plane++)
        {
            job.Y[plane] = Fold<S, V>(job.X + (plane * count), count, job.Kind == PoolingKind.Max);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fold<S, V>(float* x, nint count, bool max)
        where S : struct, ISimd<V>
        where V : struct
    {
        float start = max ? float.NegativeInfinity : 0f;
        V a0 = S.Splat(start);
        V a1 = a0;
        V a2 = a0;
        V a3 = a0;
        nint i = 0;
        for (; i <= count - (4 * S.Lanes); i += 4 * S.Lanes)
        {
            V x0 = S.Load(x + i);
            V x1 = S.Load(x + i + S.Lanes);
            V x2 = S.Load(x + i + (2 * S.Lanes));
            V x3 = S.Load(x + i + (3 * S.Lanes));
            a0 = max ? S.Max(a0, x0) : S.Add(a0, x0);
            a1 = max ? S.Max(a1, x1) : S.Add(a1, x1);
            a2 = max ? S.Max(a2, x2) : S.Add(a2, x2);
            a3 = max ? S.Max(a3, x3) : S.Add(a3, x3);
        }

        for (; i <= count - S.Lanes; i += S.Lanes)
        {
            a0 = max ? S.Max(a0, S.Load(x + i)) : S.Add(a0, S.Load(x + i));
        }

        float result = max ? S.MaxAcross(S.Max(S.Max(a0, a1), S.Max(a2, a3))) : S.Sum(S.Add(S.Add(a0, a1), S.Add(a2, a3)));
        for (; i < count; i++)
        {
            result = max ? Simd1.Max(result, x[i]) : result + x[i];
        }

        return max ? result : result / count;
    }
}
