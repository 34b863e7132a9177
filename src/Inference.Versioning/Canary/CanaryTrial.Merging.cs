using System.Globalization;
using Inference.Evaluation.Sequential;
using Inference.Status;

namespace Inference.Versioning.Canary;

/// <summary>The counts of other processes in the same trial: the evidence is that of all together, whoever computes it.</summary>
internal sealed partial class CanaryTrial
{
    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, (long Sequence, TrialTotals Totals)> _others = new(StringComparer.Ordinal);
    private TrialTotals _elsewhere;
    private long _reports;
    private long _outcomesReported;
    private bool _hasNews = true;

    /// <summary><see cref="State.RepositoryState.Epoch"/> when the trial began: two trials of the same files are told apart by it.</summary>
    public long Epoch { get; init; }

    private string SharedName => string.Create(CultureInfo.InvariantCulture, $"{_trialName}#{Epoch}");

    private TrialTotals Totals => new TrialTotals(_calls, _failed, _controlCalls, _controlFailed, _answered) + _elsewhere;

    /// <summary>All counts of this process.</summary>
    public EvidenceReport Report()
    {
        EvidenceReport? outcomes = _outcomes?.Report();
        lock (_lock)
        {
            if (_hasNews || outcomes?.Sequence > _outcomesReported)
            {
                _hasNews = false;
                _outcomesReported = outcomes?.Sequence ?? 0;
                _reports++;
            }

            ReplicaReport[] measures = [.. Measures.Select(m => new ReplicaReport(_replica, _reports, m.Stages))];
            var own = new TrialTotals(_calls, _failed, _controlCalls, _controlFailed, _answered);
            return new EvidenceReport(SharedName, _replica, _reports, new TrialCounts(own, measures, outcomes).ToBytes());
        }
    }

    /// <summary>Takes the counts of another process, and judges.</summary>
    /// <exception cref="InferenceException">The counts are damaged, or were written by another version.</exception>
    public void Merge(EvidenceReport report)
    {
        if (report.Subject != SharedName || report.Replica == _replica)
        {
            return;
        }

        EvidenceReport? outcomes;
        (string? Alarm, bool Passed, double? Evidence) verdict;
        lock (_lock)
        {
            if (_stopped || (_others.TryGetValue(report.Replica, out (long Sequence, TrialTotals Totals) known) && known.Sequence >= report.Sequence))
            {
                return;
            }

            var counts = TrialCounts.FromBytes(report.Counts);
            foreach ((TrialMeasure measure, ReplicaReport of) in Measures.Zip(counts.Measures))
            {
                measure.Merge(report.Replica, of);
            }

            _others[report.Replica] = (report.Sequence, counts.Totals);
            _elsewhere = _others.Values.Aggregate(default(TrialTotals), static (sum, o) => sum + o.Totals);
            outcomes = counts.Outcomes;
            verdict = Judge(now: true);
        }

        Tell(verdict);
        if (outcomes is not null)
        {
            // Those who judge outcomes ask for another verdict when they have counted them.
            _outcomes?.Merge(outcomes);
        }
    }

    private IReadOnlyList<TrialMeasure> Measures => [_errors, _latency, _metric, _cost];
}
