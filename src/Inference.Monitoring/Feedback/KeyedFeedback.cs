using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>The feedback of a model that may not be loaded yet.</summary>
internal sealed class KeyedFeedback(string modelName, IModelRunner runner) : IFeedback
{
    public string ModelName => modelName;

    public ValueTask<FeedbackAnswer> ReportAsync(FeedbackReport report, CancellationToken cancellationToken = default) => Loaded().ReportAsync(report, cancellationToken);

    public ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(IReadOnlyList<FeedbackReport> reports, CancellationToken cancellationToken = default) => Loaded().ReportAsync(reports, cancellationToken);

    private IFeedback Loaded() => runner.GetService<IFeedback>() ?? throw new InferenceException($"Model '{modelName}': expected feedback in its pipeline, got none. Add UseFeedback outside of versions.");
}
