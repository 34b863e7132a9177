using Inference.Evaluation.Sequential;

namespace Inference.Versioning.Canary;

/// <summary>What the calls of both arms carry in one stage. Immutable.</summary>
/// <param name="trial">The trial.</param>
/// <param name="stage">The stage.</param>
internal sealed class TrialArms(string trial, StageKey stage)
{
    private readonly RunArm _canary = new(trial, stage.Number, stage.Share, IsTreatment: true);
    private readonly RunArm _control = new(trial, stage.Number, stage.Share, IsTreatment: false);

    public RunArm Of(bool isCanary) => isCanary ? _canary : _control;
}
