using System.Diagnostics;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Monitoring.Feedback;

namespace Inference.Benchmarks.Monitoring;

/// <summary>The same model with feedback and without, calls of one row of 64 features to both, and reports.</summary>
internal sealed class FeedbackLoad : IAsyncDisposable
{
    // Fewer calls than the ring has places: none is dropped, however fast they come.
    private const int Burst = 4_000;
    private const int Callers = 4;
    private readonly IModelRunner _plain = new ConstantRunner("feedback", 64, 1);
    private readonly IModelRunner _kept;
    private readonly ModelFeedback _feedback;
    private readonly NamedValues _inputs = MonitoredLoad.Inputs(new Random(3), 1, 64, correlated: false);

    public FeedbackLoad(IFeedbackStore store, Action<FeedbackOptions> configure)
    {
        _kept = new ConstantRunner("feedback", 64, 1).AsBuilder().UseFeedback(o =>
        {
            o.Store = _ => store;
            o.StoreTimeout = TimeSpan.FromMinutes(1);
            configure(o);
        }).Build();
        _feedback = _kept.GetService<ModelFeedback>()!;
    }

    public long Dropped => _feedback.Snapshot.DroppedPredictions;

    /// <summary>What feedback adds to a call, over a burst of calls; the record of the call, with its id, counts as part of it.</summary>
    public async Task<CallCost> AddedAsync()
    {
        (double plainTime, double plainBytes) = Calls(_plain, null);
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        (double time, double own) = Calls(_kept, null);
        await _feedback.FlushAsync().ConfigureAwait(false);
        double allProcessor = (Environment.CpuUsage.TotalTime - processor).TotalNanoseconds / Burst;
        double allBytes = (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / Burst;
        return new CallCost(time - plainTime, own - plainBytes, allProcessor - plainTime, allBytes - plainBytes);
    }

    /// <summary>Reports a second about predictions that are in the store, and predictions a second.</summary>
    public async Task<(double Reports, double Predictions)> ReportsAsync(int batch, double seconds)
    {
        // Compiled first.
        await RoundAsync(batch, 2 * Callers * batch).ConfigureAwait(false);
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        (TimeSpan reporting, TimeSpan predicting, long reports) = (default, default, 0);
        do
        {
            int count = Math.Max(Callers * batch, 16_000);
            (TimeSpan reported, TimeSpan predicted) = await RoundAsync(batch, count).ConfigureAwait(false);
            (reporting, predicting, reports) = (reporting + reported, predicting + predicted, reports + count);
        }
        while (Stopwatch.GetTimestamp() < end);
        return (reports / reporting.TotalSeconds, reports / predicting.TotalSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync().ConfigureAwait(false);
        _plain.Dispose();
        _inputs.Dispose();
    }

    private async Task<(TimeSpan Reporting, TimeSpan Predicting)> RoundAsync(int batch, int count)
    {
        var ids = new List<Guid>(count);
        long begun = Stopwatch.GetTimestamp();
        while (ids.Count < count)
        {
            Calls(_kept, ids, Math.Min(Burst, count - ids.Count));
            await _feedback.FlushAsync().ConfigureAwait(false);
        }

        TimeSpan predicting = Stopwatch.GetElapsedTime(begun);
        FeedbackReport[][] batches = [.. ids.Select(static id => new FeedbackReport(id, true)).Chunk(batch)];
        begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (int i = caller; i < batches.Length; i += Callers)
            {
                IReadOnlyList<FeedbackAnswer> answers = await _feedback.ReportAsync(batches[i]).ConfigureAwait(false);
                if (answers.Any(static a => a != FeedbackAnswer.Accepted))
                {
                    throw new InvalidOperationException($"Expected every report to be accepted, got {answers.First(static a => a != FeedbackAnswer.Accepted)}.");
                }
            }
        }))).ConfigureAwait(false);
        return (Stopwatch.GetElapsedTime(begun), predicting);
    }

    private (double Nanoseconds, double Bytes) Calls(IModelRunner runner, List<Guid>? ids, int count = Burst)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            var context = new RunContext();
            _ = runner.RunAsync(_inputs, context).Result;
            ids?.Add(context.Record.PredictionId);
        }

        return (Stopwatch.GetElapsedTime(begun).TotalNanoseconds / count, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / count);
    }
}
