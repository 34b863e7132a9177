using System.Diagnostics;
using Inference.Kernels.Threading;

namespace Inference.Benchmarks.Speed;

/// <summary>
/// What splitting a job over the worker pool gains and costs: jobs of a given length in two blocks, alone on the caller and over the pool, one after the other and
/// with pauses between them in which the caller works on its own.
/// </summary>
internal static class ThreadsCommand
{
    private static readonly double[] s_lengths = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 512];
    private static readonly double[] s_gaps = [0, 5, 50, 300, 2000];

    public static Task<int> RunAsync(string[] args)
    {
        double seconds = args.Length > 0 ? double.Parse(args[^1], System.Globalization.CultureInfo.InvariantCulture) : 0.2;
        Spin spin = Spin.Calibrate();
        Console.WriteLine($"Jobs in 8 blocks on 2 threads of {WorkerPool.Capacity}; µs: median (90th percentile) of a job; speed-up of medians.");
        foreach (double gap in s_gaps)
        {
            Console.WriteLine($"the caller works {gap:F0} µs between jobs");
            foreach (double length in s_lengths)
            {
                (double median, double high) = Measure(spin, length, gap, seconds, 2);
                (double alone, _) = Measure(spin, length, gap, seconds, 1);
                Console.WriteLine($"{alone,10:F2} µs alone {median,10:F2} ({high:F2}) {alone / median,6:F2}x");
            }
        }

        return Task.FromResult(0);
    }

    private static (double Median, double High) Measure(Spin spin, double length, double gap, double seconds, int threads)
    {
        const int Blocks = 8;
        var action = new Block { Turns = (int)(spin.TurnsPerMicrosecond * length / Blocks) };
        int between = (int)(spin.TurnsPerMicrosecond * gap);
        var times = new List<long>();
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end)
        {
            Spin.Turn(between);
            long start = Stopwatch.GetTimestamp();
            WorkerPool.Run(Blocks, ref action, threads);
            times.Add(Stopwatch.GetTimestamp() - start);
        }

        times.Sort();
        return (Microseconds(times[times.Count / 2]), Microseconds(times[times.Count * 9 / 10]));
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private struct Block : IBlockAction
    {
        public int Turns;

        public readonly void Invoke(int block) => Spin.Turn(Turns);
    }

    private readonly record struct Spin(double TurnsPerMicrosecond)
    {
        public static Spin Calibrate()
        {
            const int Turns = 2_000_000;
            long best = long.MaxValue;
            for (int i = 0; i < 10; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Turn(Turns);
                best = Math.Min(best, Stopwatch.GetTimestamp() - start);
            }

            return new(Turns / Microseconds(best));
        }

        // A chain of multiplications: arithmetic that no other core can slow.
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization | System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        public static ulong Turn(int turns)
        {
            ulong value = (ulong)turns;
            for (int i = 0; i < turns; i++)
            {
                value = (value * 6364136223846793005) + 1442695040888963407;
            }

            return value;
        }
    }
}
