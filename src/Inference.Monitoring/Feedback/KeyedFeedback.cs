using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>The feedback of a model that may not be loaded yet.</summary>
internal sealed class KeyedFeedback(string modelName, IModelRunner runner) : IFeedback
{
    public string ModelName => modelName;

    public async ValueTask<FeedbackAnswer> ReportAsync(FeedbackReport report, CancellationToken cancellationToken = default) =>
        await (await LoadedAsync(cancellationToken).ConfigureAwait(false)).ReportAsync(report, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(IReadOnlyList<FeedbackReport> reports, CancellationToken cancellationToken = default) =>
        await (await LoadedAsync(cancellationToken).ConfigureAwait(false)).ReportAsync(reports, cancellationToken).ConfigureAwait(false);

    private async ValueTask<IFeedback> LoadedAsync(CancellationToken cancellationToken)
    {
        await runner.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
        return runner.GetService<IFeedback>() ?? throw new InferenceException($"Model '{modelName}': expected feedback in its pipeline, got none. Add UseFeedback outside of versions.");
    }
}
