using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>
/// To[e, r] = α · Σ_k W[e,k]·X[k,r] + Bias[e], or Σ_k (X[k,r] − W[e,k])² of rows r that lie beside each other in vectors: for products too shallow for tiles. Products are sums of fused multiply-adds over
/// ascending k, squares are rounded before they are added; a result does not depend on the width of vectors.
/// </summary>
internal readonly unsafe struct LaneProductsBody : IRowBody
{
    internal static readonly RowKernel Kernel = RowKernel.Of<LaneProductsBody>("products_f32_lanes");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        var work = default(WorkCounter);
        for (nint e = first; e < end; e += 2)
        {
            work.Add(2 * job.K * job.Width / WorkCounter.MultiplyAdds);
            bool single = end - e < 2;
            nint r = 0;
            for (; r <= job.Width - (4 * S.Lanes); r += 4 * S.Lanes)
            {
                if (single)
                {
                    Strip<S, V>(in job, e, r);
                }
                else
                {
                    Strips<S, V>(in job, e, r);
                }
            }

            for (; r < job.Width; r += S.Lanes)
            {
                Vector<S, V>(in job, e, single ? e : e + 1, r);
            }
        }
    }

    // Four vectors of one e.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<S, V>(in Job job, nint e, nint r)
        where S : struct, ISimd<V>
        where V : struct
    {
        V s0 = S.Splat(0f);
        V s1 = s0;
        V s2 = s0;
        V s3 = s0;
        float* x = job.X + r;
        float* w = job.W + (e * job.Ldw);
        nint k = job.K;
        nint width = job.Width;
        if (job.Squares)
        {
            for (nint i = 0; i < k; i++, x += width)
            {
                V weight = S.Splat(w[i]);
                s0 = Square<S, V>(S.Load(x), weight, s0);
                s1 = Square<S, V>(S.Load(x + S.Lanes), weight, s1);
                s2 = Square<S, V>(S.Load(x + (2 * S.Lanes)), weight, s2);
                s3 = Square<S, V>(S.Load(x + (3 * S.Lanes)), weight, s3);
            }
        }
        else
        {
            for (nint i = 0; i < k; i++, x += width)
            {
                V weight = S.Splat(w[i]);
                s0 = S.Fma(S.Load(x), weight, s0);
                s1 = S.Fma(S.Load(x + S.Lanes), weight, s1);
                s2 = S.Fma(S.Load(x + (2 * S.Lanes)), weight, s2);
                s3 = S.Fma(S.Load(x + (3 * S.Lanes)), weight, s3);
            }
        }

        float* to = job.To + (e * width) + r;
        Finish<S, V>(in job, e, s0, to);
        Finish<S, V>(in job, e, s1, to + S.Lanes);
        Finish<S, V>(in job, e, s2, to + (2 * S.Lanes));
        Finish<S, V>(in job, e, s3, to + (3 * S.Lanes));
    }

    // Four vectors of two e.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strips<S, V>(in Job job, nint e, nint r)
        where S : struct, ISimd<V>
        where V : struct
    {
        V s0 = S.Splat(0f);
        V s1 = s0;
        V s2 = s0;
        V s3 = s0;
        V t0 = s0;
        V t1 = s0;
        V t2 = s0;
        V t3 = s0;
        float* x = job.X + r;
        float* w = job.W + (e * job.Ldw);
        float* u = w + job.Ldw;
        nint k = job.K;
        nint width = job.Width;
        if (job.Squares)
        {
            for (nint i = 0; i < k; i++, x += width)
            {
                V a = S.Splat(w[i]);
                V b = S.Splat(u[i]);
                V v = S.Load(x);
                s0 = Square<S, V>(v, a, s0);
                t0 = Square<S, V>(v, b, t0);
                v = S.Load(x + S.Lanes);
                s1 = Square<S, V>(v, a, s1);
                t1 = Square<S, V>(v, b, t1);
                v = S.Load(x + (2 * S.Lanes));
                s2 = Square<S, V>(v, a, s2);
                t2 = Square<S, V>(v, b, t2);
                v = S.Load(x + (3 * S.Lanes));
                s3 = Square<S, V>(v, a, s3);
                t3 = Square<S, V>(v, b, t3);
            }
        }
        else
        {
            for (nint i = 0; i < k; i++, x += width)
            {
                V a = S.Splat(w[i]);
                V b = S.Splat(u[i]);
                V v = S.Load(x);
                s0 = S.Fma(v, a, s0);
                t0 = S.Fma(v, b, t0);
                v = S.Load(x + S.Lanes);
                s1 = S.Fma(v, a, s1);
                t1 = S.Fma(v, b, t1);
                v = S.Load(x + (2 * S.Lanes));
                s2 = S.Fma(v, a, s2);
                t2 = S.Fma(v, b, t2);
                v = S.Load(x + (3 * S.Lanes));
                s3 = S.Fma(v, a, s3);
                t3 = S.Fma(v, b, t3);
            }
        }

        float* to = job.To + (e * width) + r;
        Finish<S, V>(in job, e, s0, to);
        Finish<S, V>(in job, e, s1, to + S.Lanes);
        Finish<S, V>(in job, e, s2, to + (2 * S.Lanes));
        Finish<S, V>(in job, e, s3, to + (3 * S.Lanes));
        to += width;
        Finish<S, V>(in job, e + 1, t0, to);
        Finish<S, V>(in job, e + 1, t1, to + S.Lanes);
        Finish<S, V>(in job, e + 1, t2, to + (2 * S.Lanes));
        Finish<S, V>(in job, e + 1, t3, to + (3 * S.Lanes));
    }

    // One vector of two e, which may be the same one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vector<S, V>(in Job job, nint e, nint f, nint r)
        where S : struct, ISimd<V>
        where V : struct
    {
        V s0 = S.Splat(0f);
        V s1 = s0;
        float* x = job.X + r;
        float* w0 = job.W + (e * job.Ldw);
        float* w1 = job.W + (f * job.Ldw);
        for (nint i = 0; i < job.K; i++, x += job.Width)
        {
            V v = S.Load(x);
            s0 = job.Squares ? Square<S, V>(v, S.Splat(w0[i]), s0) : S.Fma(v, S.Splat(w0[i]), s0);
            s1 = job.Squares ? Square<S, V>(v, S.Splat(w1[i]), s1) : S.Fma(v, S.Splat(w1[i]), s1);
        }

        Finish<S, V>(in job, e, s0, job.To + (e * job.Width) + r);
        Finish<S, V>(in job, f, s1, job.To + (f * job.Width) + r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<S, V>(in Job job, nint e, V sum, float* to)
        where S : struct, ISimd<V>
        where V : struct => S.Store(to, job.Squares ? sum : S.Add(S.Mul(sum, S.Splat(job.Alpha)), S.Splat(job.Bias == null ? 0f : job.Bias[e])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Square<S, V>(V x, V w, V sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V difference = S.Sub(x, w);
        return S.Add(sum, S.Mul(difference, difference));
    }

    internal struct Job
    {
        /// <summary>[K, Width].</summary>
        public float* X;

        /// <summary>[E, K].</summary>
        public float* W;

        /// <summary>Elements between rows of <see cref="W"/>.</summary>
        public nint Ldw;

        public nint K;

        /// <summary>Rows r, a multiple of <see cref="TileLimits.Lanes"/>.</summary>
        public nint Width;

        /// <summary>[E, Width].</summary>
        public float* To;

        /// <summary>[E]; null for none.</summary>
        public float* Bias;

        public float Alpha;

        /// <summary>Sums of squares in place of products.</summary>
        public bool Squares;
    }
}
