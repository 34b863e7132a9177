using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

internal sealed partial class ModelFeedback
{
    public FeedbackSnapshot Snapshot => new()
    {
        ModelName = ModelName,
        Reports = _counters.Reports(),
        PendingPredictions = _writer.Pending,
        DroppedPredictions = _counters.DroppedPredictions,
        QueuedReports = _writer.Waiting,
        DroppedReports = _counters.DroppedReports,
        Store = _writer.State,
        StoreError = _writer.Error,
        Share = _options.Share,
    };
}
