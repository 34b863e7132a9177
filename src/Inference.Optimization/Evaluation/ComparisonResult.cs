using System.Globalization;
using System.Runtime.CompilerServices;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Evaluation;

/// <summary>The comparison of two models on the same rows.</summary>
public sealed record ComparisonResult
{
    /// <summary>The metric's name.</summary>
    public required string Metric { get; init; }

    /// <summary>The number of evaluated rows.</summary>
    public required int Rows { get; init; }

    /// <summary>The source model's metric.</summary>
    public required double Source { get; init; }

    /// <summary>The candidate's metric.</summary>
    public required double Candidate { get; init; }

    /// <summary>The drop of the metric; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>The lower end of the drop's paired interval; each end has a one-sided confidence of 95 %.</summary>
    public required double DropLow { get; init; }

    /// <summary>The upper end of the interval, which is compared with the budget.</summary>
    public required double DropHigh { get; init; }

    /// <summary>The outcome over all rows; null without a budget.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>If <see cref="Outcome"/> is inconclusive: the total number of rows that would decide; otherwise, or if no number would suffice, null.</summary>
    public long? RowsToDecide { get; init; }

    /// <summary>The results of the slices.</summary>
    public IReadOnlyList<SliceResult> Slices { get; init; } = [];

    /// <summary>The results of the other metrics.</summary>
    public IReadOnlyList<MetricResult> OtherMetrics { get; init; } = [];

    /// <summary>The gaps between the slices of each column, of models that predict one class for each row.</summary>
    public IReadOnlyList<GapResult> Gaps { get; init; } = [];

    /// <summary>The number of rows for which the predicted class differs.</summary>
    public int FlipCount { get; init; }

    /// <summary>The number of flips away from the true class.</summary>
    public int FlipsToWrong { get; init; }

    /// <summary>The number of flips to the true class.</summary>
    public int FlipsToRight { get; init; }

    /// <summary>The first 50 flips.</summary>
    public IReadOnlyList<Flip> Flips { get; init; } = [];

    /// <summary>The largest absolute difference of the scores or values.</summary>
    public double WorstOutputError { get; init; }

    /// <summary>The mean absolute difference of the scores or values.</summary>
    public double MeanOutputError { get; init; }

    /// <summary>How outputs and labels were read, decided from the source model; null in records of earlier versions.</summary>
    public OutputReading? Reading { get; init; }

    /// <summary>The largest drop among slices with enough rows; negative infinity if there is none.</summary>
    public double WorstSliceDrop => Slices.Concat(OtherMetrics.SelectMany(static m => m.Slices)).Where(s => s.Judged).Select(s => s.Drop).DefaultIfEmpty(double.NegativeInfinity).Max();

    /// <summary>The verdict on all rows, all slices, all metrics and all gaps with a budget; null if nothing has a budget. Slices that are not judged are ignored.</summary>
    public VerdictOutcome? Verdict
    {
        get
        {
            VerdictOutcome[] all = [.. Slices.Concat(OtherMetrics.SelectMany(static m => m.Slices)).Select(s => s.Outcome).Concat(OtherMetrics.Select(static m => m.Outcome)).Concat(Gaps.Select(static g => g.Outcome)).Append(Outcome).OfType<VerdictOutcome>()];
            return all.Length == 0 ? null
                : Outcome == VerdictOutcome.NotJudged || OtherMetrics.Any(static m => m.Outcome == VerdictOutcome.NotJudged) ? VerdictOutcome.NotJudged
                : all.Contains(VerdictOutcome.NotMet) ? VerdictOutcome.NotMet
                : all.Contains(VerdictOutcome.Inconclusive) ? VerdictOutcome.Inconclusive
                : VerdictOutcome.Met;
        }
    }

    /// <summary>Why the verdict is not that the budget is met, as a short text; empty if it is met or there is none.</summary>
    internal string Objection()
    {
        string[] all =
        [
            Outcome == VerdictOutcome.NotJudged ? "the metric is undefined on these rows" : Words(Outcome, Drop, DropHigh, RowsToDecide, "drop"),
            .. Slices.Select(s => Words(s.Outcome, s.Drop, s.DropHigh, s.RowsToDecide, $"slice {s.Name} drop")),
            .. OtherMetrics.Select(static m => m.Outcome == VerdictOutcome.NotJudged ? $"{m.Name} is undefined on these rows" : Words(m.Outcome, m.Drop, m.DropHigh, m.RowsToDecide, $"{m.Name} drop")),
            .. OtherMetrics.SelectMany(static m => m.Slices.Select(s => Words(s.Outcome, s.Drop, s.DropHigh, s.RowsToDecide, $"slice {s.Name} drop of {m.Name}"))),
            .. Gaps.Select(static g => Words(g.Outcome, g.Growth, g.GrowthHigh, null, $"gap {g.Name} growth")),
        ];
        return string.Join("; ", all.Where(static words => words.Length > 0));
    }

    private static string Words(VerdictOutcome? outcome, double drop, double high, long? rows, string name) => outcome switch
    {
        VerdictOutcome.NotMet => string.Create(CultureInfo.InvariantCulture, $"{name} {drop * 100:F2} % exceeds the budget"),
        VerdictOutcome.Inconclusive => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {drop * 100:F2} % is within the budget, but the end of its interval, {high * 100:F2} %, is not: {(rows is { } count ? string.Create(CultureInfo.InvariantCulture, $"about {count:N0} rows like these would decide") : "no number of rows like these would decide")}"),
        _ => "",
    };

    /// <inheritdoc/>
    public bool Equals(ComparisonResult? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
