namespace Inference.Evaluation.Verdicts;

/// <summary>Options of a verdict.</summary>
public sealed class VerdictOptions
{
    /// <summary>The largest accepted drop, finite; the default is 0.01. Absolute for bounded metrics, otherwise relative, see <see cref="Metrics.Metric.Drop"/>.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>The largest accepted drop in any slice; null, the default: slices are reported and not judged.</summary>
    public double? SliceBudget { get; init; }

    /// <summary>The one-sided confidence of each end of the interval, above 0.5, below 1; the default is 0.95.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The number of rows that a slice needs to be judged, ≥ 2; the default is 100.</summary>
    public int MinimumSliceRows { get; init; } = 100;
}
