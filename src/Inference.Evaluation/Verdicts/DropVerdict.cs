using System.Globalization;

namespace Inference.Evaluation.Verdicts;

/// <summary>The verdict on the drop of a candidate's metric over all rows or one slice. Immutable.</summary>
public sealed class DropVerdict
{
    internal DropVerdict()
    {
    }

    /// <summary><c>all</c>, or the name of the slice, such as <c>sex=0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The outcome.</summary>
    public required VerdictOutcome Outcome { get; init; }

    /// <summary>Why there is no judgement; otherwise empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The number of rows with a weight above 0.</summary>
    public required int Rows { get; init; }

    /// <summary>The source model's metric; NaN if it is undefined.</summary>
    public required double Source { get; init; }

    /// <summary>The candidate's metric; NaN if it is undefined.</summary>
    public required double Candidate { get; init; }

    /// <summary>The drop, see <see cref="Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>The lower end of the drop's interval; each end is one-sided. NaN if it was not computed.</summary>
    public double Low { get; init; } = double.NaN;

    /// <summary>The upper end of the drop's interval, which is compared with the budget. NaN if it was not computed.</summary>
    public double High { get; init; } = double.NaN;

    /// <summary>The budget; null if there is none.</summary>
    public double? Budget { get; init; }

    /// <summary>If the outcome is inconclusive: the total number of rows with which the budget would be met if further rows are like these; null if no number would suffice.</summary>
    public long? RowsToDecide { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {Outcome switch { VerdictOutcome.Met => "met", VerdictOutcome.NotMet => "not met", VerdictOutcome.Inconclusive => "inconclusive", _ => "not judged" }}: {Rows} rows, {Source:G6} → {Candidate:G6}, drop {Drop:G4} [{Low:G4}, {High:G4}]{(Budget is { } budget ? $", budget {budget:G4}" : "")}{(RowsToDecide is { } rows ? $"; about {rows} rows would decide" : "")}{(Reason.Length > 0 ? $" ({Reason})" : "")}");
}
