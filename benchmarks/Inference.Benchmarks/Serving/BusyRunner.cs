using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Rows;

namespace Inference.Benchmarks.Serving;

/// <summary>Does a known amount of work for each row before the runner below: as much as takes a processor that has nothing else to do so many microseconds.</summary>
internal sealed class BusyRunner(IModelRunner inner, double microseconds) : DelegatingModelRunner(inner)
{
    private static readonly double s_stepsPerMicrosecond = Calibrate();
    private static ulong s_sink;
    private readonly int _steps = (int)(microseconds * s_stepsPerMicrosecond);

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        s_sink = Work(_steps * BatchRows.Count(inputs));
        return Inner.RunAsync(inputs, context, cancellationToken);
    }

    // The shortest of many runs: whatever else the machine does only makes one longer.
    private static double Calibrate()
    {
        const int Steps = 100_000;
        double least = double.MaxValue;
        for (int i = 0; i < 100; i++)
        {
            long start = Stopwatch.GetTimestamp();
            s_sink = Work(Steps);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return Steps / least;
    }

    // Each step needs the one before.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Work(int steps)
    {
        ulong x = 1;
        for (int i = 0; i < steps; i++)
        {
            x = (x * 6364136223846793005) + 1442695040888963407;
        }

        return x;
    }
}
