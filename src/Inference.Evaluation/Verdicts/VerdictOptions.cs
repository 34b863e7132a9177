namespace Inference.Evaluation.Verdicts;

/// <summary>By what a candidate is judged.</summary>
public sealed class VerdictOptions
{
    /// <summary>The greatest drop that is accepted, finite, 0.01 by default; absolute for bounded metrics, else relative, see <see cref="Metrics.Metric.Drop"/>.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>The greatest drop that is accepted in any slice; null, the default: slices are reported and not judged.</summary>
    public double? SliceBudget { get; init; }

    /// <summary>The least one-sided confidence of the interval's ends, above 0.5, below 1; 0.95 by default.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Rows that a slice needs to be judged, ≥ 2, 100 by default.</summary>
    public int MinimumSliceRows { get; init; } = 100;
}
