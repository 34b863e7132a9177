using Inference.Evaluation.Metrics;

namespace Inference.Optimization.Evaluation;

/// <summary>What quality means for a model.</summary>
public sealed class EvaluationOptions
{
    /// <summary>The metric, see <see cref="MetricCatalog"/>; null, the default: the one that suits what the model answers. <c>agreement</c> compares with the source model and needs no labels.</summary>
    public Metric? Metric { get; init; }

    /// <summary>The column of the true answers, numbers or texts; needed by every metric but agreement.</summary>
    public string? Labels { get; init; }

    /// <summary>Columns whose distinct values make slices, each judged by itself.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>The output to judge; null, the default: the one that answers the labels, or for agreement the first.</summary>
    public string? Output { get; init; }

    /// <summary>Rows that a slice needs to be judged, ≥ 2, 100 by default; smaller ones are listed only.</summary>
    public int MinimumSliceRows { get; init; } = 100;

    /// <summary>The greatest drop of the metric, see <see cref="Metric.Drop"/>; null, the default: no verdict. A search takes its own budget.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>The greatest drop of a slice; null, the default: no verdict on slices. A search takes its own budget.</summary>
    public double? MaxSliceDrop { get; init; }

    internal bool IsAgreement => Metric?.Name == "agreement";

    internal EvaluationOptions Reading(string output) => new() { Metric = Metric, Labels = Labels, Output = output };

    internal EvaluationOptions With(double? maxDrop, double? maxSliceDrop) => new()
    {
        Metric = Metric,
        Labels = Labels,
        Slices = Slices,
        Output = Output,
        MinimumSliceRows = MinimumSliceRows,
        MaxDrop = maxDrop,
        MaxSliceDrop = maxSliceDrop,
    };
}
