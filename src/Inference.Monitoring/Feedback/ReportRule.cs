using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>What a store does with a report, given the one with its id, row and name that is there: the same for all stores.</summary>
internal static class ReportRule
{
    /// <summary>Decides about a report of a prediction that is there.</summary>
    /// <param name="report">The report.</param>
    /// <param name="prediction">The prediction.</param>
    /// <param name="there">The report that is there; null for none.</param>
    /// <param name="writes">Whether the report is to be written.</param>
    public static WrittenReport Decide(in TimedReport report, KeptPrediction prediction, TimedReport? there, out bool writes)
    {
        writes = false;
        if (report.Row >= prediction.Rows)
        {
            return new WrittenReport(FeedbackAnswer.Invalid);
        }

        if (there is not { } stands)
        {
            writes = true;
            return new WrittenReport(FeedbackAnswer.Accepted, prediction);
        }

        if (stands.Receipt == report.Receipt)
        {
            return new WrittenReport(FeedbackAnswer.Accepted, prediction);
        }

        writes = report.Value != stands.Value && report.At > stands.At;
        return writes ? new WrittenReport(FeedbackAnswer.Accepted, prediction, stands.Value) : new WrittenReport(FeedbackAnswer.Duplicate);
    }
}
