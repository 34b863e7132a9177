namespace Inference.Feedback;

/// <summary>A metric computed from labels, of predictions old enough that their labels have arrived.</summary>
public sealed record RealizedMetric
{
    /// <summary>The metric's name, such as <c>accuracy</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The model version.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The column whose values are segments; null for all rows.</summary>
    public string? SegmentColumn { get; init; }

    /// <summary>The segment; null for all rows.</summary>
    public string? Segment { get; init; }

    /// <summary>The labelled rows.</summary>
    public long Rows { get; init; }

    /// <summary>The value over the labelled rows; NaN if it is undefined.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>The lower end of an interval that holds at all evaluations of a process together with a probability of 95 %; NaN if the metric has none.</summary>
    public double Low { get; init; } = double.NaN;

    /// <summary>The upper end.</summary>
    public double High { get; init; } = double.NaN;

    /// <summary>The rows with an estimate, labelled or not; 0 without estimates.</summary>
    public long EstimatedRows { get; init; }

    /// <summary>The estimate from all rows, corrected by the labelled ones (prediction-powered); NaN without estimates.</summary>
    public double Estimate { get; init; } = double.NaN;

    /// <summary>The lower end of the estimate's 95 % interval.</summary>
    public double EstimateLow { get; init; } = double.NaN;

    /// <summary>The upper end of the estimate's 95 % interval.</summary>
    public double EstimateHigh { get; init; } = double.NaN;
}
