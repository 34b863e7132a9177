using System.Collections.Frozen;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>Counts what became of predictions and reports. Thread-safe.</summary>
internal sealed class FeedbackCounters(FeedbackInstruments instruments)
{
    private readonly long[] _answers = new long[Enum.GetValues<FeedbackAnswer>().Length];
    private long _droppedPredictions;
    private long _errors;

    public long DroppedPredictions => Volatile.Read(ref _droppedPredictions);

    public long Errors => Volatile.Read(ref _errors);

    public long DroppedReports => Volatile.Read(ref _answers[(int)FeedbackAnswer.Dropped]);

    /// <summary>Counts a report. One that was queued is counted again when it is written.</summary>
    public void Report(FeedbackAnswer answer, int count = 1)
    {
        Interlocked.Add(ref _answers[(int)answer], count);
        instruments.Reports(answer, count);
    }

    public void Kept(int count) => instruments.Predictions("kept", count);

    public void DropPrediction()
    {
        Interlocked.Increment(ref _droppedPredictions);
        instruments.Predictions("dropped", 1);
    }

    public void Error()
    {
        Interlocked.Increment(ref _errors);
        instruments.Predictions("error", 1);
    }

    public FrozenDictionary<FeedbackAnswer, long> Reports() =>
        Enum.GetValues<FeedbackAnswer>().ToFrozenDictionary(static a => a, a => Volatile.Read(ref _answers[(int)a]));
}
