using Inference.Evaluation.Metrics;

namespace Inference.Optimization.Evaluation;

/// <summary>Options of an evaluation: the metric, the labels, the slices and the budgets.</summary>
public sealed class EvaluationOptions
{
    /// <summary>The metric, see <see cref="MetricCatalog"/>; null, the default: the default metric of the model's task. <c>agreement</c> compares with the source model and needs no labels.</summary>
    public Metric? Metric { get; init; }

    /// <summary>Metrics judged beside <see cref="Metric"/> on the same rows, each by the same budgets; they must read the same output. Empty, the default: none.</summary>
    public IReadOnlyList<Metric> OtherMetrics { get; init; } = [];

    /// <summary>The column of the true labels, numbers or texts; required by every metric except agreement.</summary>
    public string? Labels { get; init; }

    /// <summary>Columns whose distinct values form slices, each judged separately.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>The output to evaluate; null, the default: the one that predicts the labels, or for agreement the first.</summary>
    public string? Output { get; init; }

    /// <summary>The number of rows that a slice needs to be judged, ≥ 2; the default is 100. Smaller slices are only listed.</summary>
    public int MinimumSliceRows { get; init; } = 100;

    /// <summary>The largest accepted drop of the metric, see <see cref="Metric.Drop"/>; null, the default: no verdict. A search uses its own budget.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>The largest accepted drop of a slice; null, the default: no verdict on slices. A search uses its own budget.</summary>
    public double? MaxSliceDrop { get; init; }

    /// <summary>The largest accepted growth of the gap of a rate between the slices of a column, see <see cref="GapResult"/>; null, the default: gaps are measured, without a verdict.</summary>
    public double? MaxGapGrowth { get; init; }

    internal bool IsAgreement => Metric?.Name == "agreement";

    internal EvaluationOptions Reading(string output) => new() { Metric = Metric, Labels = Labels, Output = output };

    internal EvaluationOptions With(double? maxDrop, double? maxSliceDrop) => new()
    {
        Metric = Metric,
        OtherMetrics = OtherMetrics,
        Labels = Labels,
        Slices = Slices,
        Output = Output,
        MinimumSliceRows = MinimumSliceRows,
        MaxDrop = maxDrop,
        MaxSliceDrop = maxSliceDrop,
        MaxGapGrowth = MaxGapGrowth,
    };
}
