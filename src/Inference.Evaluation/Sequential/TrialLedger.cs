namespace Inference.Evaluation.Sequential;

/// <summary>
/// Collects the counts of one measure from all replicas: the newest report of each. Applying a report again, or an older one, changes nothing; merging ledgers in any order gives the same ledger
/// (associative, commutative, idempotent), so replicas may forward reports freely. Not thread-safe.
/// </summary>
public sealed class TrialLedger
{
    private readonly SortedDictionary<string, ReplicaReport> _reports = new(StringComparer.Ordinal);

    /// <summary>The newest report of each replica, by name.</summary>
    public IReadOnlyCollection<ReplicaReport> Reports => _reports.Values;

    /// <summary>Adds a report.</summary>
    /// <returns>Whether it is newer than the known report of its replica.</returns>
    /// <exception cref="EvaluationException">A different report with the same sequence number is known: two processes report under one name.</exception>
    public bool Apply(ReplicaReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (_reports.TryGetValue(report.Replica, out ReplicaReport? known))
        {
            if (known.Sequence == report.Sequence && !known.SameAs(report))
            {
                throw new EvaluationException($"Replica '{report.Replica}', sequence {report.Sequence}: expected the known counts, got different ones. Give each process a unique name, and a new name when it restarts its counts.");
            }

            if (known.Sequence >= report.Sequence)
            {
                return false;
            }
        }

        _reports[report.Replica] = report;
        return true;
    }

    /// <summary>Adds the reports of another ledger.</summary>
    /// <exception cref="EvaluationException">As for <see cref="Apply"/>.</exception>
    public void Merge(TrialLedger other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (ReplicaReport report in other._reports.Values)
        {
            Apply(report);
        }
    }

    /// <summary>The total counts of all replicas by stage, in order of stage number.</summary>
    /// <exception cref="EvaluationException">Replicas disagree on a stage's share or on the levels.</exception>
    public IReadOnlyList<ArmCounts> GetTotals()
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
