using System.ComponentModel.DataAnnotations;
using Inference.Feedback;
using Inference.Monitoring.Alerts;

namespace Inference.Monitoring;

/// <summary>What is computed from labels.</summary>
public sealed class FeedbackPerformanceOptions
{
    /// <summary>The metrics, by the names of <c>Inference.Evaluation</c>, at most 16; empty, the default: none. Two classes: <c>accuracy</c>, <c>auc</c>, <c>brier</c>, <c>calibration_error</c>, …, from the score as the probability of label 1; regressions: <c>mae</c>, <c>rmse</c>, …, from the score as the value.</summary>
    [MostItems(16)]
    public IList<string> Metrics { get; } = [];

    /// <summary>The name of the reports that are labels.</summary>
    [Required]
    [StringLength(FeedbackReport.MaxNameLength)]
    public string Label { get; set; } = FeedbackReport.Label;

    /// <summary>The score from which on class 1 is predicted, for metrics of classes; the default is 0.5.</summary>
    public double Threshold { get; set; } = 0.5;

    /// <summary>How often metrics are computed, 1 s to 1 day; the default is 5 minutes.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The number of predictions that are read for it, 100 to 10,000,000; the default is 200,000. They are all from a fixed start on; once there are more, or the first ones are older than <see cref="FeedbackOptions.Retention"/>, a later start is taken: about the latest three quarters, at most those of three quarters of that time.</summary>
    [Range(100, 10_000_000)]
    public int MaxPredictions { get; set; } = 200_000;

    /// <summary>The labelled rows below which a group or segment is not judged, 1 to 1,000,000; the default is 100.</summary>
    [Range(1, 1_000_000)]
    public int MinimumRows { get; set; } = 100;

    /// <summary>The largest gap between groups (the segments of a column) that is no alarm, 0 to 1: of the shares predicted positive, and of true- and false-positive rates; null, the default, for no alarm.</summary>
    [Range(0.0, 1.0)]
    public double? FairnessGap { get; set; }

    /// <summary>The columns whose segments are groups for <see cref="FairnessGap"/>, each one of <see cref="FeedbackOptions.Segments"/>; empty, the default: all of these.</summary>
    [MostItems(16)]
    public IList<string> FairnessColumns { get; } = [];
}
