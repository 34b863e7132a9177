namespace Inference.Feedback;

/// <summary>Takes reports of what became of a model's predictions. Obtained from <see cref="IModelRunner.GetService"/>, or as a service keyed by the model's name. Thread-safe.</summary>
public interface IFeedback
{
    /// <summary>The model's name.</summary>
    string ModelName { get; }

    /// <summary>Takes a report. Answers when it is durable, or as soon as it is known that it will not be.</summary>
    /// <param name="report">The report.</param>
    /// <param name="cancellationToken">Stops waiting; the report may have been taken.</param>
    ValueTask<FeedbackAnswer> ReportAsync(FeedbackReport report, CancellationToken cancellationToken = default);

    /// <summary>Takes many reports at once, in order; far faster than one at a time.</summary>
    /// <param name="reports">The reports.</param>
    /// <param name="cancellationToken">Stops waiting; reports may have been taken.</param>
    /// <returns>An answer for each.</returns>
    ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(IReadOnlyList<FeedbackReport> reports, CancellationToken cancellationToken = default);
}
