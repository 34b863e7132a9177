using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Normalization;

/// <summary>
/// Softmax and log-softmax along the last axis: with e_i = e^(x_i − max x), y_i = e_i / Σ e, or y_i = x_i − max x − ln Σ e.
/// Error of softmax: (columns/lanes + 6 + max x − x_i) · 2^−24 relative for elements above e^−87 (the last term is the difference's own
/// rounding); smaller ones give 0. Thread-safe.
/// Source: ONNX Softmax and LogSoftmax, opset 13.
/// </summary>
internal static unsafe class Softmax
{
    // Rows that fill no vector of eight are turned, a lane each: benchmarks/results/thresholds.md.
    internal const int ShortRow = 8;

    internal static readonly RowKernel Kernel = RowKernel.Of<Body>("softmax_f32");

    /// <summary>y[r] = softmax(x[r]).</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows, columns]; may be <paramref name="x"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="logarithm">Whether to compute log-softmax.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(float* x, float* y, nint rows, nint columns, bool logarithm = false, int maxThreads = 1)
    {
        KernelAssert.Matrix(x, rows, columns, columns);
        KernelAssert.Matrix(y, rows, columns, columns);
        KernelAssert.SameOrApart(x, y, rows * columns);
        var job = new Job { X = x, Y = y, Columns = columns, Logarithm = logarithm };
        Kernel.Run(&job, rows, 8L * rows * columns, maxThreads);
    }

    internal struct Job
    {
        public float* X;
        public float* Y;
        public nint Columns;
        public bool Logarithm;
    }

    private readonly struct Body : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            if (job.Columns <= ShortRow && !job.Logarithm)
            {
                for (; first + S.Lanes <= end; first += S.Lanes)
                {
                    ShortRows<S, V>(job.X + (first * job.Columns), job.Y + (first * job.Columns), (int)job.Columns);
                }

                if (first < end)
                {
                    // Among rows of zeros: a row gives the same wherever a job is cut.
                    FewShortRows<S, V>(job.X + (first * job.Columns), job.Y + (first * job.Columns), (int)(end - first), (int)job.Columns);
                }

                return;
            }

            for (nint r = first; r < end; r++)
            {
                Row<S, V>(job.X + (r * job.Columns), job.Y + (r * job.Columns), job.Columns, job.Logarithm);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void FewShortRows<S, V>(float* x, float* y, int rows, int columns)
            where S : struct, ISimd<V>
            where V : struct
        {
            float* all = stackalloc float[ShortRow * TileLimits.Lanes];
            new Span<float>(all, columns * S.Lanes).Clear();
            new ReadOnlySpan<float>(x, rows * columns).CopyTo(new Span<float>(all, rows * columns));
            ShortRows<S, V>(all, all, columns);
            new ReadOnlySpan<float>(all, rows * columns).CopyTo(new Span<float>(y, rows * columns));
        }

        // As many rows as there are lanes, a lane each: short rows would leave most lanes of a vector empty.
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ShortRows<S, V>(float* x, float* y, int columns)
            where S : struct, ISimd<V>
            where V : struct
        {
            KernelAssert.AtMost(columns, ShortRow);
            KernelAssert.AtMost(S.Lanes, TileLimits.Lanes);
            float* turned = stackalloc float[ShortRow * TileLimits.Lanes];
            for (int r = 0; r < S.Lanes; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    turned[(c * S.Lanes) + r] = *x++;
                }
            }

            V max = S.Load(turned);
            for (int c = 1; c < columns; c++)
            {
                max = S.Max(max, S.Load(turned + (c * S.Lanes)));
            }

            V sum = S.Splat(0f);
            for (int c = 0; c < columns; c++)
            {
                V e = SimdMath.ExpNonPositive<S, V>(S.Sub(S.Load(turned + (c * S.Lanes)), max));
                sum = S.Add(sum, e);
                S.Store(turned + (c * S.Lanes), e);
            }

            V scale = S.Div(S.Splat(1f), sum);
            for (int c = 0; c < columns; c++)
            {
                S.Store(turned + (c * S.Lanes), S.Mul(S.Load(turned + (c * S.Lanes)), scale));
            }

            for (int r = 0; r < S.Lanes; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    *y++ = turned[(c * S.Lanes) + r];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<S, V>(float* x, float* y, nint count, bool logarithm)
            where S : struct, ISimd<V>
            where V : struct
        {
            LongLoop.Before(count);
            nint whole = count - (count % S.Lanes);
            int part = (int)(count - whole);
            V m = S.Splat(float.NegativeInfinity);
            V n = m;
            nint first = 0;
            for (; first <= whole - (4 * S.Lanes); first += 4 * S.Lanes)
            {
                m = S.Max(m, S.Max(S.Load(x + first), S.Load(x + first + S.Lanes)));
                n = S.Max(n, S.Max(S.Load(x + first + (2 * S.Lanes)), S.Load(x + first + (3 * S.Lanes))));
            }

            m = S.Max(m, n);
            for (; first < whole; first += S.Lanes)
            {
                m = S.Max(m, S.Load(x + first));
            }

            V rest = m;
            if (part > 0)
            {
                rest = S.LoadPart(x + whole, part, float.NegativeInfinity);
                m = S.Max(m, rest);
            }

            float max = S.MaxAcross(m);
            LongLoop.Before(count);
            V shift = S.Splat(max);
            V sums = S.Splat(0f);
            for (nint i = 0; i < whole; i += S.Lanes)
            {
                V e = SimdMath.ExpNonPositive<S, V>(S.Sub(S.Load(x + i), shift));
                sums = S.Add(sums, e);
                if (!logarithm)
                {
                    S.Store(y + i, e);
                }
            }

            V restExp = sums;
            if (part > 0)
            {
                // Lanes beyond the row hold −∞: e^−∞ adds nothing.
                restExp = SimdMath.ExpNonPositive<S, V>(S.Sub(rest, shift));
                sums = S.Add(sums, restExp);
            }

            float sum = S.Sum(sums);
            if (logarithm)
            {
                V log = S.Splat(MathF.Log(sum));
                for (nint i = 0; i < whole; i += S.Lanes)
                {
                    S.Store(y + i, S.Sub(S.Sub(S.Load(x + i), shift), log));
                }

                if (part > 0)
                {
                    S.StorePart(y + whole, S.Sub(S.Sub(rest, shift), log), part);
                }

                return;
            }

            V scale = S.Splat(1f / sum);
            for (nint i = 0; i < whole; i += S.Lanes)
            {
                S.Store(y + i, S.Mul(S.Load(y + i), scale));
            }

            if (part > 0)
            {
                S.StorePart(y + whole, S.Mul(restExp, scale), part);
            }
        }
    }
}
