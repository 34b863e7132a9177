using System.Diagnostics;
using Inference.Benchmarks.Serving;
using Inference.Benchmarks.Speed;

namespace Inference.Benchmarks.Operators;

/// <summary>The times of a case on both providers, by turns in one process.</summary>
/// <param name="Case">The case.</param>
/// <param name="Ours">Microseconds a run, the median of the repetitions.</param>
/// <param name="Theirs">The same of ONNX Runtime.</param>
/// <param name="Ratios">ONNX Runtime's time divided by ours, of each repetition.</param>
/// <param name="Error">Why the case was not measured; null if it was.</param>
internal sealed record OperatorTiming(OperatorCase Case, double Ours, double Theirs, double[] Ratios, string? Error)
{
    private const double TurnMilliseconds = 4;
    private const int PauseMilliseconds = 5;
    private const int MostPauses = 60;

    // The just-in-time compiler replaces its first code 100 ms after the last method was called first, and that code once more.
    private const double CompilingMilliseconds = 400;

    public double Ratio => ClosedLoop.Median([.. Ratios]);

    /// <summary>Below 0.9 in at least two of three repetitions.</summary>
    public bool IsSlow => Ratios.Count(r => r < 0.9) * 3 >= Ratios.Length * 2;

    public static OperatorTiming Measure(OperatorCase @case, int threads, int repetitions, double seconds)
    {
        List<(string Name, TensorValue Value)> inputs = @case.Inputs();
        try
        {
            ModelSource source = ModelSource.Bytes(@case.Model());
            using var ours = new TimedModel(source, onnxRuntime: false, threads, inputs);
            using var theirs = new TimedModel(source, onnxRuntime: true, threads, inputs);
            var pairs = new List<(double Ours, double Theirs)>();
            (int few, int many) = (Warm(ours, CompilingMilliseconds), Warm(theirs, TurnMilliseconds));
            for (int i = 0; i < repetitions; i++)
            {
                pairs.Add(Repetition(ours, few, theirs, many, seconds));
            }

            return new(@case, ClosedLoop.Median([.. pairs.Select(p => p.Ours)]), ClosedLoop.Median([.. pairs.Select(p => p.Theirs)]), [.. pairs.Select(p => p.Theirs / p.Ours)], null);
        }
        catch (InferenceException exception)
        {
            return new(@case, 0, 0, [], exception.Message);
        }
        finally
        {
            inputs.ForEach(i => i.Value.Dispose());
        }
    }

    // Runs of a turn, after a warm-up.
    private static int Warm(TimedModel model, double milliseconds)
    {
        long start = Stopwatch.GetTimestamp();
        int runs = 0;
        do
        {
            model.Run();
            runs++;
        }
        while (runs < 3 || Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds);
        start = Stopwatch.GetTimestamp();
        int timed = 0;
        do
        {
            model.Run();
            timed++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < TurnMilliseconds);
        return timed;
    }

    private static (double Ours, double Theirs) Repetition(TimedModel ours, int few, TimedModel theirs, int many, double seconds)
    {
        var times = (Ours: new List<double>(), Theirs: new List<double>());
        long start = Stopwatch.GetTimestamp();
        do
        {
            times.Ours.Add(Turn(ours, few));
            times.Theirs.Add(Turn(theirs, many));
        }
        while (times.Ours.Count < 5 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return (ClosedLoop.Median(times.Ours), ClosedLoop.Median(times.Theirs));
    }

    // Microseconds a run. Threads of the other provider stop spinning first, which ONNX Runtime's do for tens of milliseconds after a run: on a machine of few processors they would take those of this one's.
    // The runs before the clock starts bring the memory back into the caches.
    private static double Turn(TimedModel model, int runs)
    {
        WaitUntilIdle();
        for (int i = 0; i <= runs / 4; i++)
        {
            model.Run();
        }

        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            model.Run();
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / runs;
    }

    // Until this process has used no processor for a while.
    private static void WaitUntilIdle()
    {
        TimeSpan used = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < MostPauses; i++)
        {
            Thread.Sleep(PauseMilliseconds);
            TimeSpan now = Environment.CpuUsage.TotalTime;
            if ((now - used).TotalMilliseconds < 0.05 * PauseMilliseconds)
            {
                return;
            }

            used = now;
        }
    }
}
