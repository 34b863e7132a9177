using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Normalization;

/// <summary>
/// Layer, RMS and skip normalization in two passes (mean, then centred squares), sums in f32 over vector lanes. Thread-safe.
/// Source: ONNX LayerNormalization opset 17, RMSNormalization opset 23; com.microsoft SkipLayerNormalization.
/// </summary>
internal static unsafe class LayerNorm
{
    internal static readonly RowKernel Kernel = RowKernel.Of<Body>("layernorm_f32");

    /// <summary>Normalizes each row, see <see cref="LayerNormArguments"/>.</summary>
    /// <param name="arguments">What to compute.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(in LayerNormArguments arguments, int maxThreads = 1)
    {
        LayerNormArguments job = arguments;
        KernelAssert.Matrix(job.X, job.Rows, job.Columns, job.Columns);
        KernelAssert.Matrix(job.Y, job.Rows, job.Columns, job.Columns);
        Debug.Assert(job.Columns > 0 || job.Rows == 0, "rows of one column or more");
        KernelAssert.SameOrApart(job.X, job.Y, job.Rows * job.Columns);
        Kernel.Run(&job, job.Rows, 4L * job.Rows * job.Columns, maxThreads);
    }

    private readonly struct Body : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly LayerNormArguments job = ref *(LayerNormArguments*)state;
            for (nint r = first; r < end; r++)
            {
                Row<S, V>(in job, r);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<S, V>(in LayerNormArguments job, nint r)
            where S : struct, ISimd<V>
            where V : struct
        {
            nint n = job.Columns;
            nint whole = n - (n % S.Lanes);
            int part = (int)(n - whole);
            float* s = job.X + (r * n);
            if (job.Skip != null || job.SkipBias != null)
            {
                // The sum is kept in Sum if wanted, else in Y, which is written last anyway.
                float* to = (job.Sum != null ? job.Sum : job.Y) + (r * n);
                AddSkip<S, V>(in job, r, s, to);
                s = to;
            }

            LongLoop.Before(n);
            float mean = 0f;
            if (!job.Rms)
            {
                V sums = S.Splat(0f);
                for (nint i = 0; i < whole; i += S.Lanes)
                {
                    sums = S.Add(sums, S.Load(s + i));
                }

                sums = part > 0 ? S.Add(sums, S.LoadPart(s + whole, part, 0f)) : sums;
                mean = S.Sum(sums) / n;
            }

            LongLoop.Before(n);
            V centre = S.Splat(mean);
            V squares = S.Splat(0f);
            for (nint i = 0; i < whole; i += S.Lanes)
            {
                V d = S.Sub(S.Load(s + i), centre);
                squares = S.Fma(d, d, squares);
            }

            if (part > 0)
            {
                V d = S.Sub(S.LoadPart(s + whole, part, mean), centre);
                squares = S.Fma(d, d, squares);
            }

            float inverse = 1f / MathF.Sqrt((S.Sum(squares) / n) + job.Epsilon);
            Scale<S, V>(in job, s, job.Y + (r * n), mean, inverse, whole);
            if (job.Mean != null)
            {
                job.Mean[r] = mean;
            }

            if (job.InverseDeviation != null)
            {
                job.InverseDeviation[r] = inverse;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AddSkip<S, V>(in LayerNormArguments job, nint r, float* x, float* to)
            where S : struct, ISimd<V>
            where V : struct
        {
            nint n = job.Columns;
            float* skip = job.Skip == null ? null : job.Skip + (r * n);
            nint i = 0;
            for (; i <= n - S.Lanes; i += S.Lanes)
            {
                V v = S.Load(x + i);
                v = skip == null ? v : S.Add(v, S.Load(skip + i));
                v = job.SkipBias == null ? v : S.Add(v, S.Load(job.SkipBias + i));
                S.Store(to + i, v);
            }

            int part = (int)(n - i);
            if (part > 0)
            {
                V v = S.LoadPart(x + i, part, 0f);
                v = skip == null ? v : S.Add(v, S.LoadPart(skip + i, part, 0f));
                v = job.SkipBias == null ? v : S.Add(v, S.LoadPart(job.SkipBias + i, part, 0f));
                S.StorePart(to + i, v, part);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Scale<S, V>(in LayerNormArguments job, float* s, float* y, float mean, float inverse, nint whole)
            where S : struct, ISimd<V>
            where V : struct
        {
            for (nint i = 0; i < whole; i += S.Lanes)
            {
                V v = S.Mul(S.Sub(S.Load(s + i), S.Splat(mean)), S.Splat(inverse));
                v = job.Gamma == null ? v : S.Mul(v, S.Load(job.Gamma + i));
                v = job.Beta == null ? v : S.Add(v, S.Load(job.Beta + i));
                S.Store(y + i, v);
            }

            int part = (int)(job.Columns - whole);
            if (part > 0)
            {
                V v = S.Mul(S.Sub(S.LoadPart(s + whole, part, 0f), S.Splat(mean)), S.Splat(inverse));
                v = job.Gamma == null ? v : S.Mul(v, S.LoadPart(job.Gamma + whole, part, 0f));
                v = job.Beta == null ? v : S.Add(v, S.LoadPart(job.Beta + whole, part, 0f));
                S.StorePart(y + whole, v, part);
            }
        }
    }
}
