namespace Inference.Evaluation.Sequential;

/// <summary>All that one replica has counted since it began, in every stage: cumulative, so that a later report holds the earlier ones. Immutable.</summary>
public sealed class ReplicaReport
{
    private readonly ArmCounts[] _stages;

    /// <summary>Makes a report from copies of counts.</summary>
    /// <param name="replica">Who counted; a process that begins to count anew takes a new name.</param>
    /// <param name="sequence">Grows with every report of a replica, ≥ 0.</param>
    /// <param name="stages">Its counts, one a stage.</param>
    /// <exception cref="EvaluationException">A stage is there twice.</exception>
    public ReplicaReport(string replica, long sequence, IEnumerable<ArmCounts> stages)
    {
        ArgumentException.ThrowIfNullOrEmpty(replica);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentNullException.ThrowIfNull(stages);
        Replica = replica;
        Sequence = sequence;
        _stages = [.. stages.Select(static s => s.Clone()).OrderBy(static s => s.Stage.Number)];
        for (int i = 1; i < _stages.Length; i++)
        {
            if (_stages[i].Stage.Number == _stages[i - 1].Stage.Number)
            {
                throw new EvaluationException($"Report of replica '{replica}': expected each stage once, got stage {_stages[i].Stage.Number} twice. Add its counts up first.");
            }
        }
    }

    /// <summary>Who counted.</summary>
    public string Replica { get; }

    /// <summary>Which of its reports this is.</summary>
    public long Sequence { get; }

    /// <summary>Copies of its counts, by stage.</summary>
    public IReadOnlyList<ArmCounts> Stages => [.. _stages.Select(static s => s.Clone())];

    internal IReadOnlyList<ArmCounts> Counted => _stages;

    internal bool SameAs(ReplicaReport other) => _stages.Length == other._stages.Length && _stages.Zip(other._stages).All(static pair =>
        pair.First.Stage == pair.Second.Stage && pair.First.Treatment.Counts.SequenceEqual(pair.Second.Treatment.Counts) && pair.First.Control.Counts.SequenceEqual(pair.Second.Control.Counts));
}
