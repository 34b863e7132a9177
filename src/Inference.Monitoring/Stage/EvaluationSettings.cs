namespace Inference.Monitoring.Stage;

/// <summary>What decides the evidence of an evaluation besides its profile: after a change it starts anew.</summary>
/// <param name="Bucket">The duration of a bucket.</param>
/// <param name="ExpectedFalseAlarms">The time between two false alarms.</param>
/// <param name="MinimumRows">The rows below which nothing is judged.</param>
/// <param name="Tolerance">The relative change of a share that is not drift.</param>
/// <param name="FreshnessLimit">The longest pause between calls; null for the learned one.</param>
internal sealed record EvaluationSettings(TimeSpan Bucket, TimeSpan ExpectedFalseAlarms, int MinimumRows, double Tolerance, TimeSpan? FreshnessLimit)
{
    /// <summary>The settings that options state.</summary>
    public static EvaluationSettings Of(MonitoringOptions options) => new(options.BucketDuration, options.ExpectedFalseAlarms, options.MinimumRows, options.Tolerance, options.FreshnessLimit);

    /// <summary>Shares of the rate of false alarms: of detectors, of rules of quality, of the volume, of performance.</summary>
    public const double Drift = 0.7, Quality = 0.1, Traffic = 0.1, Performance = 0.1;

    /// <summary>The buckets between two false alarms of a part that has a share of the rate.</summary>
    public double RunLength(double share) => Math.Max(ExpectedFalseAlarms / Bucket, 2) / share;
}
