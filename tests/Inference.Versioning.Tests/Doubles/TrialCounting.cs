using Inference.Evaluation.Sequential;

namespace Inference.Versioning.Tests;

/// <summary>What a trial has counted, as it tells other processes.</summary>
internal static class TrialCounting
{
    public static (ReplicaReport Errors, ReplicaReport Latency, ReplicaReport Metric) Counts(this CanaryTrial trial)
    {
        var counts = TrialCounts.FromBytes(trial.Report().Counts);
        return (counts.Measures[0], counts.Measures[1], counts.Measures[2]);
    }
}
