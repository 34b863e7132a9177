namespace Inference.Optimization.Gate;

/// <summary>The rules of a gate and their bounds. Immutable.</summary>
public sealed record GateOptions
{
    /// <summary>The name of the metric, see <see cref="Inference.Evaluation.Metrics.MetricCatalog"/>; null, the default: that of the model's task.</summary>
    public string? Metric { get; init; }

    /// <summary>The column of the true labels; required by every metric except <c>agreement</c>.</summary>
    public string? Labels { get; init; }

    /// <summary>The output to evaluate; null, the default: the one that predicts the labels.</summary>
    public string? Output { get; init; }

    /// <summary>The margin of the metric, see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>, ≥ 0; the default is 0.01. The upper end of the drop's paired interval must not exceed it.</summary>
    public double MaxDrop { get; init; } = 0.01;

    /// <summary>Columns whose distinct values form slices and groups; none by default.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>The largest accepted drop of a slice, ≥ 0; the default is 0.05.</summary>
    public double MaxSliceDrop { get; init; } = 0.05;

    /// <summary>The number of rows that a slice needs to be judged, ≥ 2; the default is 100.</summary>
    public int MinimumSliceRows { get; init; } = 100;

    /// <summary>By how much the gap of a rate between the groups of a column may grow, ≥ 0; the default is 0.05.</summary>
    public double MaxGapGrowth { get; init; } = 0.05;

    /// <summary>The largest accepted 95th percentile of the candidate's latency ÷ the baseline's, above 0; null, the default: not measured.</summary>
    public double? MaxLatencyRatio { get; init; }

    /// <summary>The largest accepted size of the candidate with its external data, in bytes, ≥ 0; null, the default: not judged.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Whether names, types and shapes of inputs and outputs must be those of the baseline; false by default.</summary>
    public bool SameSignature { get; init; }

    /// <summary>The one-sided confidence of each end of an interval, above 0.5, below 1; the default is 0.95. For slices, and for gaps, it holds for all of them together.</summary>
    public double Confidence { get; init; } = 0.95;

    internal void Validate()
    {
        RequireShare(MaxDrop, nameof(MaxDrop));
        RequireShare(MaxSliceDrop, nameof(MaxSliceDrop));
        RequireShare(MaxGapGrowth, nameof(MaxGapGrowth));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumSliceRows, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxBytes ?? 0, nameof(MaxBytes));
        if (MaxLatencyRatio is { } ratio && !(double.IsFinite(ratio) && ratio > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxLatencyRatio), ratio, "Expected a finite ratio above 0.");
        }

        if (!(Confidence is > 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "Expected a confidence above 0.5 and below 1.");
        }
    }

    private static void RequireShare(double value, string name)
    {
        if (!(double.IsFinite(value) && value >= 0))
        {
            throw new ArgumentOutOfRangeException(name, value, "Expected a finite number, 0 or more.");
        }
    }
}
