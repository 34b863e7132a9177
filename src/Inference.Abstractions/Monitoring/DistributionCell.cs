namespace Inference.Monitoring;

/// <summary>A cell of a distribution: a range of numbers, a category or a special value.</summary>
/// <param name="Label">Its name, such as <c>10 to 20</c>, <c>blue</c>, <c>missing</c>.</param>
/// <param name="ReferenceShare">Its share of the reference's rows, 0 to 1.</param>
/// <param name="Share">Its share of the recent rows, 0 to 1.</param>
public readonly record struct DistributionCell(string Label, double ReferenceShare, double Share)
{
    /// <summary>The lower end of a range of numbers; NaN for other cells.</summary>
    public double Low { get; init; } = double.NaN;

    /// <summary>The upper end.</summary>
    public double High { get; init; } = double.NaN;
}
