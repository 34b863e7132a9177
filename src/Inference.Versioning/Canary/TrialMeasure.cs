using Inference.Evaluation.Sequential;

namespace Inference.Versioning.Canary;

/// <summary>
/// One measure of a trial: the losses of both arms as counts by stage, and the evidence of <see cref="TwoArmTest"/> in them. Only counts are kept, so that those of several
/// processes can be added (<see cref="ReplicaReport"/>). Not thread-safe.
/// </summary>
/// <param name="levels">Levels of a loss, see <see cref="OutcomeCounts"/>.</param>
/// <param name="tolerance">How much more the canary may lose, 0 to 1.</param>
internal sealed class TrialMeasure(int levels, double tolerance = 0)
{
    private readonly TwoArmTest _test = new(tolerance);
    private readonly List<ArmCounts> _stages = [];
    private readonly Dictionary<string, ReplicaReport> _others = new(StringComparer.Ordinal);
    private bool _changed;

    /// <summary>The counts, by stage.</summary>
    public IReadOnlyList<ArmCounts> Stages => _stages;

    /// <summary>ln of the e-value at the last evaluation; 0 at the start.</summary>
    public double LogValue { get; private set; }

    /// <summary>Begins a stage: subsequent losses count there.</summary>
    public void Begin(StageKey stage) => _stages.Add(new ArmCounts(stage, levels));

    /// <summary>Adds a loss, 0 (good) to 1 (bad), of one arm.</summary>
    public void Add(bool isCanary, double loss)
    {
        ArmCounts stage = _stages[^1];
        (isCanary ? stage.Treatment : stage.Control).Add(loss, loss is 0 or 1 ? 0 : Random.Shared.NextDouble());
        _changed = true;
    }

    /// <summary>Takes the counts of another process in the place of its earlier ones.</summary>
    public void Merge(string replica, ReplicaReport counts)
    {
        _others[replica] = counts;
        _changed = true;
    }

    /// <summary>Updates <see cref="LogValue"/>.</summary>
    public void Look()
    {
        if (_changed)
        {
            LogValue = _test.LogEvidence(_others.Count == 0 ? _stages : Together());
            _changed = false;
        }
    }

    // A process that began later, or met another order of changes, may have other shares under the same numbers. Its outcomes are then stages of their own: every division of outcomes into stages that is made before they are
    // known keeps the level.
    private IReadOnlyCollection<ArmCounts> Together()
    {
        var together = new Dictionary<StageKey, ArmCounts>();
        foreach (ArmCounts counts in _stages.Concat(_others.Values.SelectMany(static r => r.Stages)))
        {
            if (together.TryGetValue(counts.Stage, out ArmCounts? sum))
            {
                sum.Merge(counts);
            }
            else
            {
                together[counts.Stage] = counts.Clone();
            }
        }

        return together.Values;
    }
}
