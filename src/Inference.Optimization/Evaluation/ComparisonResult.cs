using System.Globalization;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Evaluation;

/// <summary>Two models side by side on the same rows.</summary>
public sealed record ComparisonResult
{
    /// <summary>The metric's name.</summary>
    public required string Metric { get; init; }

    /// <summary>Rows judged.</summary>
    public required int Rows { get; init; }

    /// <summary>The source model's metric.</summary>
    public required double Source { get; init; }

    /// <summary>The other model's metric.</summary>
    public required double Candidate { get; init; }

    /// <summary>How much worse the other is; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>Lower end of the drop's paired interval; each end by itself holds with 95 %.</summary>
    public required double DropLow { get; init; }

    /// <summary>Upper end of it: what is held against a budget.</summary>
    public required double DropHigh { get; init; }

    /// <summary>What is said of the drop on all rows; null without a budget.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>Where <see cref="Outcome"/> is inconclusive: rows that would decide, these included; else null, and where no number would.</summary>
    public long? RowsToDecide { get; init; }

    /// <summary>Each slice by itself.</summary>
    public IReadOnlyList<SliceResult> Slices { get; init; } = [];

    /// <summary>Rows on which the predicted class differs.</summary>
    public int FlipCount { get; init; }

    /// <summary>Flips away from the true class.</summary>
    public int FlipsToWrong { get; init; }

    /// <summary>Flips to the true class.</summary>
    public int FlipsToRight { get; init; }

    /// <summary>The first 50 of them.</summary>
    public IReadOnlyList<Flip> Flips { get; init; } = [];

    /// <summary>The greatest absolute difference of the scores or values that were read.</summary>
    public double WorstOutputError { get; init; }

    /// <summary>The mean absolute difference of them.</summary>
    public double MeanOutputError { get; init; }

    /// <summary>How outputs and labels were read, decided from the source model; null in records of before.</summary>
    public OutputReading? Reading { get; init; }

    /// <summary>The greatest drop of a slice that has rows enough; negative infinity where there is none.</summary>
    public double WorstSliceDrop => Slices.Where(s => s.Judged).Select(s => s.Drop).DefaultIfEmpty(double.NegativeInfinity).Max();

    /// <summary>The verdict on all rows and all slices that have a budget; null where nothing has. Slices that are not judged say nothing.</summary>
    public VerdictOutcome? Verdict
    {
        get
        {
            VerdictOutcome[] all = [.. Slices.Select(s => s.Outcome).Append(Outcome).OfType<VerdictOutcome>()];
            return all.Length == 0 ? null
                : Outcome == VerdictOutcome.NotJudged ? VerdictOutcome.NotJudged
                : all.Contains(VerdictOutcome.NotMet) ? VerdictOutcome.NotMet
                : all.Contains(VerdictOutcome.Inconclusive) ? VerdictOutcome.Inconclusive
                : VerdictOutcome.Met;
        }
    }

    /// <summary>Why the verdict is not that the budget is met, in a few words; empty where it is, or where there is none.</summary>
    internal string Objection()
    {
        string[] all =
        [
            Outcome == VerdictOutcome.NotJudged ? "the metric is not defined on these rows" : Words(Outcome, Drop, DropHigh, RowsToDecide, "drop"),
            .. Slices.Select(s => Words(s.Outcome, s.Drop, s.DropHigh, s.RowsToDecide, $"slice {s.Name} drop")),
        ];
        return string.Join("; ", all.Where(static words => words.Length > 0));
    }

    private static string Words(VerdictOutcome? outcome, double drop, double high, long? rows, string name) => outcome switch
    {
        VerdictOutcome.NotMet => string.Create(CultureInfo.InvariantCulture, $"{name} {drop * 100:F2} % exceeds the budget"),
        VerdictOutcome.Inconclusive => string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {drop * 100:F2} % is within the budget, the end of its interval, {high * 100:F2} %, is not: {(rows is { } count ? string.Create(CultureInfo.InvariantCulture, $"about {count:N0} rows like these would decide") : "no number of rows like these would decide")}"),
        _ => "",
    };
}
