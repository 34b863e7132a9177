using System.Globalization;
using Inference.Evaluation.Sequential;
using Inference.Status;

namespace Inference.Monitoring.Outcomes;

/// <summary>The outcomes of other processes in the same trial: what is judged is the sum, whoever computes it.</summary>
internal sealed partial class TrialOutcomes
{
    private readonly SharedOutcomes _shared = new(string.Create(CultureInfo.InvariantCulture, $"{trial} {options.Measure} {options.Threshold:R} {options.Lowest:R} {options.Highest:R} {options.IsLoss} {options.Name}"));

    /// <summary>The judged outcomes of this process; null when it has ended.</summary>
    public EvidenceReport? Report() => HasEnded ? null : _shared.Report(
        _stages.Where(s => _judged.ContainsKey(s.Value.Number)).Select(s => new SharedStage(s.Key.Stage, s.Key.Share, _judged[s.Value.Number].Losses)), OwnWaiting);

    /// <summary>Takes the judged outcomes of another process.</summary>
    /// <exception cref="MonitoringException">They are damaged.</exception>
    public void Merge(EvidenceReport report) => _changed |= !HasEnded && _shared.Merge(report);

    // The outcomes of all processes. Equal numbers at different shares are different stages.
    private SortedDictionary<int, (StageKey Key, LossLevels Losses)> Together()
    {
        SortedDictionary<int, (StageKey Key, LossLevels Losses)> all = [];
        foreach ((StageKey key, LossLevels losses) in _judged.Values.Concat(_shared.Others.Select(s => (StageOf(s.Stage, s.Share), s.Losses))))
        {
            LevelsOf(all, key).Merge(losses);
        }

        return all;
    }

    // Another process counted what it corrects, or this one did before it was started again: it would count twice.
    private bool IsCountedElsewhere(in JoinedOutcome outcome) => _shared.IsExchanged && outcome.Replaced is { } before && !double.IsNaN(options.Of(before.Number, outcome.Score));
}
