using System.Diagnostics;

namespace Inference.Benchmarks.Serving;

/// <summary>Callers that each wait for their answer before they ask again.</summary>
internal static class ClosedLoop
{
    /// <summary>Runs callers for some time; answers per second. Every call is a work item of its own, as a request to a server is.</summary>
    public static async Task<double> RunAsync(IModelRunner runner, Func<int, NamedValues> next, int callers, double seconds)
    {
        long done = 0;
        int taken = -1;
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(seconds * Stopwatch.Frequency);
        var tasks = new Task[callers];
        for (int c = 0; c < callers; c++)
        {
            tasks[c] = Task.Run(async () =>
            {
                long own = 0;
                while (Stopwatch.GetTimestamp() < end)
                {
                    await Task.Yield();
                    using NamedValues outputs = await runner.RunAsync(next(Interlocked.Increment(ref taken) & int.MaxValue)).ConfigureAwait(false);
                    own++;
                }

                Interlocked.Add(ref done, own);
            });
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One thread that runs the same values again and again; runs per second.</summary>
    public static double Direct(IModelRunner runner, NamedValues inputs, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(seconds * Stopwatch.Frequency);
        long done = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            runner.Run(inputs).Dispose();
            done++;
        }

        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public static string Quartiles(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return $"{sorted[sorted.Length / 4]:F2}–{sorted[sorted.Length * 3 / 4]:F2}";
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
