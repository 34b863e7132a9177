namespace Inference.Optimization.Evaluation;

/// <summary>What quality means for a model.</summary>
public sealed class EvaluationOptions
{
    /// <summary>The metric; accuracy by default.</summary>
    public Metric Metric { get; init; } = Metric.Parse("accuracy");

    /// <summary>The column of the true answers; needed by every metric but agreement.</summary>
    public string? Labels { get; init; }

    /// <summary>Columns whose distinct values make slices, each judged by itself.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>The output to judge; null, the default: the first.</summary>
    public string? Output { get; init; }

    /// <summary>Rows that a slice needs to be judged, ≥ 2, 100 by default; smaller ones are listed only.</summary>
    public int MinimumSliceRows { get; init; } = 100;

    /// <summary>Resamples of the paired bootstrap, 100 to 100000, 1000 by default.</summary>
    public int Resamples { get; init; } = 1000;
}
