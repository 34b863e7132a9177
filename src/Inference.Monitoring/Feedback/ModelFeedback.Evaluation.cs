using System.Globalization;
using Inference.Feedback;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Feedback;

internal sealed partial class ModelFeedback
{
    // Shown soon after a start.
    private static readonly TimeSpan s_firstEvaluation = TimeSpan.FromSeconds(10);
    private readonly FeedbackEvaluator _evaluator;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _evaluating = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private FeedbackEvaluation _evaluation = FeedbackEvaluation.Empty;
    private bool _evaluationFailed;

    public FeedbackSnapshot Snapshot
    {
        get
        {
            FeedbackEvaluation evaluation = Volatile.Read(ref _evaluation);
            return new()
            {
                ModelName = ModelName,
                Predictions = evaluation.Predictions,
                Reports = _counters.Reports(),
                DelayP50 = evaluation.DelayP50,
                DelayP95 = evaluation.DelayP95,
                Coverage = evaluation.Coverage,
                PendingPredictions = _writer.Pending,
                DroppedPredictions = _counters.DroppedPredictions,
                QueuedReports = _writer.Waiting,
                DroppedReports = _counters.DroppedReports,
                Store = _writer.State,
                StoreError = _writer.Error,
                Share = _options.Share,
                Performance = evaluation.Performance,
            };
        }
    }

    public IReadOnlyList<Exemplar> Exemplars => _exemplars?.Rows ?? [];

    /// <summary>Asks the monitor which cells changed, without waiting for the next time to do so. For use while no prediction is being kept.</summary>
    internal void RefreshExemplars() => _exemplars?.Refresh();

    /// <summary>Computes anew what is known from labels.</summary>
    /// <exception cref="FeedbackStoreException">The store cannot be read.</exception>
    public async Task EvaluateAsync(CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _evaluating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            FeedbackEvaluation evaluation = await _evaluator.EvaluateAsync(_clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _evaluation, evaluation);
            foreach (RealizedMetric metric in evaluation.Performance.Where(static m => m.Segment is null))
            {
                _instruments.Metric(metric);
            }

            Tell(evaluation);
        }
        finally
        {
            _evaluating.Release();
        }
    }

    private void OnTimer() => _ = Task.Run(async () =>
    {
        // One at a time: what is late is left out.
        if (_evaluating.CurrentCount == 0 || Volatile.Read(ref _disposed) != 0)
        {
            return;
        }

        try
        {
            _exemplars?.Expire(_clock.GetUtcNow() - _options.Retention);
            await EvaluateAsync(_closing.Token).ConfigureAwait(false);
            _evaluationFailed = false;
        }
#pragma warning disable CA1031 // A store of the application's own may throw anything; the last figures stay.
        catch (Exception exception) when (Volatile.Read(ref _disposed) == 0)
        {
            if (!_evaluationFailed)
            {
                LogEvaluation(_logger, ModelName, exception);
            }

            _evaluationFailed = true;
        }
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    });

    private void Tell(FeedbackEvaluation evaluation)
    {
        if (_alerts is null)
        {
            return;
        }

        UnfairColumn? worst = evaluation.Unfair.Count == 0 ? null : evaluation.Unfair[0];
        _alerts.Publish(new MonitoringSnapshot
        {
            ModelName = ModelName,
            ModelVersion = worst?.Version ?? "",
            State = worst is null ? MonitoringState.Healthy : MonitoringState.Alarm,
            Description = worst is null ? "" : string.Create(CultureInfo.InvariantCulture, $"The {worst.Rate} of '{worst.High}' is at least {worst.Gap:0.###} above that of '{worst.Low}' ({worst.Column}); expected at most {_options.Performance.FairnessGap:0.###}."),
            EvaluatedAt = _clock.GetUtcNow(),
            Columns = [.. evaluation.Unfair.Where(u => u.Version == worst!.Version).Select(static u => new ColumnSnapshot { Name = u.Column, State = MonitoringState.Alarm, Rule = "fairness" })],
        });
    }

    [LoggerMessage(3, LogLevel.Warning, "Model '{Model}': labels could not be evaluated; the last figures stay.")]
    private static partial void LogEvaluation(ILogger logger, string model, Exception exception);
}
