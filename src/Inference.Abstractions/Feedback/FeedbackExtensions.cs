namespace Inference.Feedback;

/// <summary>Extension methods for <see cref="IFeedback"/>.</summary>
public static class FeedbackExtensions
{
    /// <summary>Takes a report.</summary>
    /// <param name="feedback">The feedback of a model.</param>
    /// <param name="predictionId">The call: <see cref="RunRecord.PredictionId"/>.</param>
    /// <param name="value">The label or outcome.</param>
    /// <param name="name">What is reported.</param>
    /// <param name="at">When it became known; null: now.</param>
    /// <param name="row">The row of the call, from 0.</param>
    /// <param name="cancellationToken">Stops waiting; the report may have been taken.</param>
    public static ValueTask<FeedbackAnswer> ReportAsync(
        this IFeedback feedback, Guid predictionId, FeedbackValue value, string name = FeedbackReport.Label, DateTimeOffset? at = null, int row = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feedback);
        return feedback.ReportAsync(new FeedbackReport(predictionId, value) { Name = name, At = at, Row = row }, cancellationToken);
    }
}
