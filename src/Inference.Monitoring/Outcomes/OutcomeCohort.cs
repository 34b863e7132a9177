using Inference.Evaluation.Sequential;

namespace Inference.Monitoring.Outcomes;

/// <summary>Outcomes of predictions of one span of time that wait until it is old enough. Not thread-safe.</summary>
/// <param name="serial">Tells cohorts of one span apart.</param>
internal sealed class OutcomeCohort(long serial)
{
    private readonly Dictionary<StageKey, LossLevels> _stages = [];

    public long Serial => serial;

    public IReadOnlyDictionary<StageKey, LossLevels> Stages => _stages;

    public LossLevels Of(StageKey stage)
    {
        if (!_stages.TryGetValue(stage, out LossLevels? losses))
        {
            _stages[stage] = losses = new LossLevels();
        }

        return losses;
    }
}
