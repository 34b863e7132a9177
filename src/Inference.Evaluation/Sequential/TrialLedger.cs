namespace Inference.Evaluation.Sequential;

/// <summary>
/// What all replicas have counted of one measure: the newest report of each. Applying a report again, or an older one, changes nothing; ledgers merge in any order to the same ledger
/// (associative, commutative, idempotent), so that replicas may pass reports on as they like. Not thread-safe.
/// </summary>
public sealed class TrialLedger
{
    private readonly SortedDictionary<string, ReplicaReport> _reports = new(StringComparer.Ordinal);

    /// <summary>The newest report of each replica, by name.</summary>
    public IReadOnlyCollection<ReplicaReport> Reports => _reports.Values;

    /// <summary>Takes a report in.</summary>
    /// <returns>Whether it was newer than what was known of its replica.</returns>
    /// <exception cref="EvaluationException">Its sequence is known with other counts: two processes report under one name.</exception>
    public bool Apply(ReplicaReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (_reports.TryGetValue(report.Replica, out ReplicaReport? known))
        {
            if (known.Sequence == report.Sequence && !known.SameAs(report))
            {
                throw new EvaluationException($"Replica '{report.Replica}', sequence {report.Sequence}: expected the counts that are known, got others. Give each process a name of its own, and a new one when it begins to count anew.");
            }

            if (known.Sequence >= report.Sequence)
            {
                return false;
            }
        }

        _reports[report.Replica] = report;
        return true;
    }

    /// <summary>Takes another ledger's reports in.</summary>
    /// <exception cref="EvaluationException">As <see cref="Apply"/>.</exception>
    public void Merge(TrialLedger other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (ReplicaReport report in other._reports.Values)
        {
            Apply(report);
        }
    }

    /// <summary>Counts of all replicas by stage, in order of number.</summary>
    /// <exception cref="EvaluationException">Replicas disagree on a stage's share or on the levels.</exception>
    public IReadOnlyList<ArmCounts> Totals()
    {
        var totals = new SortedDictionary<int, ArmCounts>();
        foreach (ArmCounts counts in _reports.Values.SelectMany(static r => r.Counted))
        {
            if (totals.TryGetValue(counts.Stage.Number, out ArmCounts? total))
            {
                total.Merge(counts);
            }
            else
            {
                totals[counts.Stage.Number] = counts.Clone();
            }
        }

        return [.. totals.Values];
    }
}
