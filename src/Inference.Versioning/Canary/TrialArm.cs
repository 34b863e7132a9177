using Inference.Versioning.Measuring;

namespace Inference.Versioning.Canary;

/// <summary>One of the two versions of a trial, as seen by what measures its model.</summary>
internal sealed class TrialArm(CanaryTrial trial, bool isCanary) : IRunObserver
{
    /// <inheritdoc/>
    public bool MeasuresCost => trial.Options.CompareCost;

    /// <inheritdoc/>
    public void Ran(long kind, double seconds, double cost) => trial.ObserveRun(isCanary, kind, seconds, cost);
}
