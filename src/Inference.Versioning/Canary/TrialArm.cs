namespace Inference.Versioning.Canary;

/// <summary>One of the two versions of a trial, as seen by what measures its model.</summary>
internal sealed class TrialArm(CanaryTrial trial, bool isCanary)
{
    public CanaryTrial Trial => trial;

    /// <summary>Counts a run of the model.</summary>
    /// <param name="kind">Runs of one kind are compared with each other.</param>
    /// <param name="seconds">How long the model ran.</param>
    public void Ran(long kind, double seconds) => trial.ObserveRun(isCanary, kind, seconds);
}
