using System.Globalization;

namespace Inference.Evaluation.Verdicts;

/// <summary>How much worse a candidate is on some rows, and what follows. Immutable.</summary>
public sealed class DropVerdict
{
    internal DropVerdict()
    {
    }

    /// <summary><c>all</c>, or the slice, such as <c>sex=0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is said.</summary>
    public required VerdictOutcome Outcome { get; init; }

    /// <summary>Why nothing is said; empty elsewhere.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Rows of weight above 0.</summary>
    public required int Rows { get; init; }

    /// <summary>The source model's metric; NaN where it is not defined.</summary>
    public required double Source { get; init; }

    /// <summary>The candidate's metric; NaN where it is not defined.</summary>
    public required double Candidate { get; init; }

    /// <summary>The drop, see <see cref="Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>The lower end of the drop's interval: each end is one-sided. NaN where it was not formed.</summary>
    public double Low { get; init; } = double.NaN;

    /// <summary>The upper end of the drop's interval: what is held against the budget. NaN where it was not formed.</summary>
    public double High { get; init; } = double.NaN;

    /// <summary>The budget; null where there is none.</summary>
    public double? Budget { get; init; }

    /// <summary>Where the outcome is inconclusive: rows, these included, with which the budget would be met if more rows are like these; null where no number would do.</summary>
    public long? RowsToDecide { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {Outcome switch { VerdictOutcome.Met => "met", VerdictOutcome.NotMet => "not met", VerdictOutcome.Inconclusive => "inconclusive", _ => "not judged" }}: {Rows} rows, {Source:G6} → {Candidate:G6}, drop {Drop:G4} [{Low:G4}, {High:G4}]{(Budget is { } budget ? $", budget {budget:G4}" : "")}{(RowsToDecide is { } rows ? $"; about {rows} rows would decide" : "")}{(Reason.Length > 0 ? $" ({Reason})" : "")}");
}
