using System.Globalization;

namespace Inference.Optimization.Gate;

/// <summary>What one rule of a gate says, with its figure. Immutable.</summary>
public sealed record GateRule
{
    /// <summary>The rule: <c>contract</c>, <c>signature</c>, <c>metric</c>, <c>slice</c>, <c>gap</c>, <c>latency</c>, <c>size</c>, or a name from outside, such as <c>scan</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What is judged: a metric, a slice such as <c>sex=0</c>, a file.</summary>
    public required string Subject { get; init; }

    /// <summary>The outcome.</summary>
    public required GateOutcome Outcome { get; init; }

    /// <summary>Whether the candidate is refused also if the rule could not be judged; the default is false.</summary>
    public bool Required { get; init; }

    /// <summary>Whether this rule refuses the candidate.</summary>
    public bool Refuses => Outcome == GateOutcome.Refused || (Required && Outcome == GateOutcome.NotJudged);

    /// <summary>The candidate's value: the metric, the gap, the 95th percentile in microseconds, the bytes; null if there is none.</summary>
    public double? Candidate { get; init; }

    /// <summary>The baseline's value; null if there is none.</summary>
    public double? Baseline { get; init; }

    /// <summary>What is compared with the bound: a drop, a growth, a ratio, a number; null if there is none.</summary>
    public double? Figure { get; init; }

    /// <summary>The lower end of the figure's interval; null if there is none.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end of the figure's interval; null if there is none.</summary>
    public double? High { get; init; }

    /// <summary>The largest accepted figure; null if there is none.</summary>
    public double? Bound { get; init; }

    /// <summary>The unit of figure, interval and bound.</summary>
    public GateUnit Unit { get; init; }

    /// <summary>The number of rows it is judged by; null if it is not judged by rows.</summary>
    public long? Rows { get; init; }

    /// <summary>If the figure is within the bound and its interval is not: the total number of rows with which the bound would be met if further rows are like these; null if none would do, or the question does not arise.</summary>
    public long? RowsToDecide { get; init; }

    /// <summary>The reason, as a sentence without a full stop; empty if the figure says all.</summary>
    public string Reason { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rule} {Subject}: {(Outcome == GateOutcome.NotJudged ? "not judged" : Outcome.ToString().ToLowerInvariant())}{(Figure is { } figure ? $", {figure:G4} [{Low:G4}, {High:G4}], bound {Bound:G4}" : "")}{(Reason.Length > 0 ? $" ({Reason})" : "")}");

    // JSON has no word for what is not a number.
    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
