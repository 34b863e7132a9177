using System.Diagnostics;
using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.Cli.Terminal;

namespace Inference.Cli.Benchmarking;

/// <summary>Measures providers alternately in one process, so that other load on the machine affects all of them alike.</summary>
internal static class WarmBench
{
    // Starts of each subject, of which the median counts.
    private const int StartRounds = 3;

    // Idle threads of one provider may spin for about a millisecond after its run; the next provider starts once they sleep. ONNX Runtime's spin for a million iterations,
    // tens of milliseconds, if allowed.
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan s_settleSpinning = TimeSpan.FromMilliseconds(60);
    private static readonly long s_turn = Stopwatch.Frequency / 20;

    /// <summary>Loads the model on each provider and measures.</summary>
    public static async Task<BenchResult> RunAsync(BenchOptions options, WorkProgress progress, CancellationToken cancellationToken)
    {
        var starts = new Dictionary<string, StartCost>();
        var subjects = new List<BenchSubject>();
        BenchInputs? inputs = null;
        try
        {
            foreach (string backend in options.Backends)
            {
                progress.Show($"loading on {backend}");
                bool isRuntime = backend == Backends.OnnxRuntime;
                IModelRunner runner = await BenchSubject.LoadAsync(backend, options, spinning: isRuntime && options.Threads > 1).ConfigureAwait(false);
                inputs ??= BenchInputs.Prepare(runner.Info, options);
                subjects.Add(BenchSubject.Over(backend, runner, inputs, isRuntime ? options.Threads > 1 : null));
                if (isRuntime && options.Threads > 1)
                {
                    runner = await BenchSubject.LoadAsync(backend, options, spinning: false).ConfigureAwait(false);
                    subjects.Add(BenchSubject.Over(backend, runner, inputs, spinning: false));
                }
            }

            if (!subjects.TrueForAll(s => s.IsBound))
            {
                subjects.ForEach(s => s.Unbind());
            }

            progress.Show("warming up");
            Warm(subjects, options.Seconds);
            KeepBestSpinning(subjects, options.Seconds);
            foreach (BenchSubject subject in subjects)
            {
                progress.Show($"loading on {subject.Backend}, timed");
                starts[subject.Backend] = await StartAsync(subject, options, inputs!).ConfigureAwait(false);
            }

            List<long>[] times = [.. subjects.Select(_ => new List<long>(1 << 12))];
            Measure(subjects, times, options.Seconds, progress, cancellationToken);
            var results = new List<BackendResult>();
            for (int i = 0; i < subjects.Count; i++)
            {
                LatencySummary latency = LatencySummary.Of(times[i]);
                results.Add(new(subjects[i].Backend, starts[subjects[i].Backend], latency, subjects[i].AllocatedBytesPerRun(latency.P50)));
            }

            return new($"{inputs} {inputs!.Source}", subjects[0].IsBound ? "bound" : "plain", subjects.Find(s => s.Spinning is not null)?.Spinning, results);
        }
        finally
        {
            subjects.ForEach(s => s.Dispose());
            inputs?.Dispose();
        }
    }

    // Enough calls for the runtime to compile the hot path fully, bounded by time for large models.
    private static void Warm(List<BenchSubject> subjects, double seconds)
    {
        long budget = (long)(Math.Min(1, seconds * 0.3) * Stopwatch.Frequency);
        foreach (BenchSubject subject in subjects)
        {
            subject.Run();
            long end = Stopwatch.GetTimestamp() + budget;
            for (int i = 0; i < 1000 && Stopwatch.GetTimestamp() < end; i++)
            {
                subject.Run();
            }
        }
    }

    private static void KeepBestSpinning(List<BenchSubject> subjects, double seconds)
    {
        List<BenchSubject> rivals = subjects.FindAll(s => s.Spinning is not null);
        if (rivals.Count < 2)
        {
            return;
        }

        List<long>[] times = [.. rivals.Select(_ => new List<long>())];
        Measure(rivals, times, Math.Clamp(seconds * 0.25, 0.05, 1), progress: null, CancellationToken.None);
        int best = LatencySummary.Of(times[0]).P50 <= LatencySummary.Of(times[1]).P50 ? 0 : 1;
        BenchSubject loser = rivals[1 - best];
        subjects.Remove(loser);
        loser.Dispose();
    }

    /// <summary>Turns of about 50 ms (at least one run), with the order reversed each round, until each provider has had its seconds.</summary>
    private static void Measure(List<BenchSubject> subjects, List<long>[] times, double seconds, WorkProgress? progress, CancellationToken cancellationToken)
    {
        long left = (long)(seconds * Stopwatch.Frequency);
        BenchSubject? previous = null;
        for (int round = 0; left > 0; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (progress is { IsDue: true })
            {
                progress.Show("measuring", 1 - (left / (seconds * Stopwatch.Frequency)));
            }

            long longest = 0;
            for (int i = 0; i < subjects.Count; i++)
            {
                int index = round % 2 == 0 ? i : subjects.Count - 1 - i;
                Thread.Sleep(previous is { Spinning: true } && previous != subjects[index] ? s_settleSpinning : s_settle);
                previous = subjects[index];
                long start = Stopwatch.GetTimestamp();
                subjects[index].Run();
                long first = Stopwatch.GetTimestamp() - start;

                // The first run of a turn finds its data evicted by the other provider; it is counted only if that makes no difference.
                if (first >= s_turn)
                {
                    times[index].Add(first);
                    longest = Math.Max(longest, first);
                    continue;
                }

                subjects[index].RunFor(Math.Min(s_turn, left), times[index]);
                longest = Math.Max(longest, Stopwatch.GetTimestamp() - start);
            }

            left -= Math.Max(longest, 1);
        }
    }

    private static async Task<StartCost> StartAsync(BenchSubject subject, BenchOptions options, BenchInputs inputs)
    {
        var costs = new List<StartCost>();
        for (int i = 0; i < StartRounds; i++)
        {
            costs.Add(await StartCost.MeasureAsync(subject.Backend, options, subject.Spinning ?? true, inputs).ConfigureAwait(false));
        }

        return StartCost.Median(costs);
    }
}
