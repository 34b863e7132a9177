using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Evaluation;

/// <summary>By how much the largest difference of a rate between the groups of a column grew from the source to the candidate.</summary>
public sealed record GapResult
{
    /// <summary>The column and the rate, such as <c>sex: true positive rate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The number of rows in the groups that have enough.</summary>
    public required long Rows { get; init; }

    /// <summary>The source model's gap: the rate of the highest group − that of the lowest; NaN if fewer than two groups have enough rows.</summary>
    public double Source { get; init; } = double.NaN;

    /// <summary>The candidate's gap.</summary>
    public double Candidate { get; init; } = double.NaN;

    /// <summary>Candidate − source.</summary>
    public double Growth => Candidate - Source;

    /// <summary>The lower end of the growth's interval, for all pairs of groups of all gaps together.</summary>
    public double GrowthLow { get; init; } = double.NaN;

    /// <summary>The upper end of the interval.</summary>
    public double GrowthHigh { get; init; } = double.NaN;

    /// <summary>Met: the growth is within the bound; not met: the whole interval exceeds it; inconclusive: the growth exceeds it, and the interval includes it. Null without a bound, or with fewer than two groups.</summary>
    public VerdictOutcome? Outcome { get; init; }
}
