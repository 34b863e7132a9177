using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Simd;

/// <summary>The most f32 multiply-adds a second that this machine does in registers, with which those of a kernel compare.</summary>
internal static unsafe class MultiplyAddPeak
{
    internal static readonly RowKernel Kernel = RowKernel.Of<Body>("multiply_add_peak_f32");

    // Of independent sums: two units whose results take four or five cycles.
    private const int Sums = 10;

    // Passes of a measurement, about 0.1 ms, and how many there are: the best one counts.
    private const int Passes = 40_000;
    private const int Measurements = 20;

    /// <summary>Measures for some milliseconds.</summary>
    /// <param name="threads">Threads that compute at once.</param>
    /// <returns>Multiply-adds a second, of all threads.</returns>
    public static double Measure(int threads)
    {
        int lanes = Array.Find(Kernel.Variants, v => v.Supported).Lanes;
        double best = double.MaxValue;
        for (int i = 0; i < Measurements; i++)
        {
            long start = Stopwatch.GetTimestamp();
            var action = default(Block);
            WorkerPool.Run(threads, ref action, threads);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (double)threads * Passes * Sums * lanes / best;
    }

    private struct Block : IBlockAction
    {
        public readonly void Invoke(int block)
        {
            float* sums = stackalloc float[TileLimits.Lanes];
            Kernel.Best(sums, 0, Passes);
        }
    }

    private readonly struct Body : IRowBody
    {
        /// <summary>Passes first to end − 1; the job receives a vector that depends on all.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* job, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            V a = S.Splat(0.999f);
            V b = S.Splat(0.001f);
            V s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
            for (nint i = first; i < end; i++)
            {
                s0 = S.Fma(s0, a, b);
                s1 = S.Fma(s1, a, b);
                s2 = S.Fma(s2, a, b);
                s3 = S.Fma(s3, a, b);
                s4 = S.Fma(s4, a, b);
                s5 = S.Fma(s5, a, b);
                s6 = S.Fma(s6, a, b);
                s7 = S.Fma(s7, a, b);
                s8 = S.Fma(s8, a, b);
                s9 = S.Fma(s9, a, b);
            }

            S.Store((float*)job, S.Add(S.Add(S.Add(s0, s1), S.Add(s2, s3)), S.Add(S.Add(S.Add(s4, s5), S.Add(s6, s7)), S.Add(s8, s9))));
        }
    }
}
