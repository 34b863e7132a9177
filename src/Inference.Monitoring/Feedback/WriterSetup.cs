using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Feedback;

/// <summary>What the writer works with.</summary>
internal sealed partial class WriterSetup
{
    public required string Model { get; init; }

    public required FeedbackOptions Options { get; init; }

    public required IFeedbackStore Store { get; init; }

    public required TimeProvider Clock { get; init; }

    public required FeedbackCounters Counters { get; init; }

    public required FeedbackInstruments Instruments { get; init; }

    public ModelConditions? Conditions { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The memory that a slot may take, in bytes.</summary>
    public required long SlotBytes { get; init; }

    /// <summary>Makes what is kept of a slot.</summary>
    public required Func<PredictionSlot, KeptPrediction> Keep { get; init; }

    /// <summary>Is told of reports that were accepted.</summary>
    public required Action<JoinedOutcome> Joined { get; init; }

    public void LogLost(int reports, int predictions) => LogLost(Logger, Model, reports, predictions);

    public void LogUnreadable(Exception exception) => LogUnreadable(Logger, Model, exception);

    public void LogUnavailable(string why) => LogUnavailable(Logger, Model, why);

    public void LogAvailable(TimeSpan after) => LogAvailable(Logger, Model, after);

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': {Reports} reports and {Predictions} predictions that waited for the store of feedback are lost because the model is disposed.")]
    private static partial void LogLost(ILogger logger, string model, int reports, int predictions);

    [LoggerMessage(2, LogLevel.Warning, "Model '{Model}': a prediction could not be redacted and is not kept.")]
    private static partial void LogUnreadable(ILogger logger, string model, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "Model '{Model}': the store of feedback is unavailable; predictions and reports wait in memory within bounds: {Why}")]
    private static partial void LogUnavailable(ILogger logger, string model, string why);

    [LoggerMessage(4, LogLevel.Information, "Model '{Model}': the store of feedback is available again after {After}.")]
    private static partial void LogAvailable(ILogger logger, string model, TimeSpan after);
}
