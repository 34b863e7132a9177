using System.Globalization;
using Inference.Optimization.Gate;

namespace Inference.Cli.Checking;

/// <summary>The figures of rules as text, alike in every form of the report.</summary>
internal static class RuleText
{
    public static string Outcome(GateRule rule) => rule.Outcome switch
    {
        GateOutcome.Passed => "passed",
        GateOutcome.NotJudged => rule.Refuses ? "REFUSED: not judged" : "not judged",
        _ => "REFUSED",
    };

    /// <summary>The verdict in a few words.</summary>
    public static string Verdict(GateResult result)
    {
        int refused = result.Rules.Count(static rule => rule.Refuses), open = result.Rules.Count(static rule => rule is { Outcome: GateOutcome.NotJudged, Refuses: false });
        string rest = open > 0 ? Text($", {open} not judged") : "";
        return result.Passed ? Text($"passed: {result.Rules.Count(static rule => rule.Outcome == GateOutcome.Passed)} rules met{rest}") : Text($"REFUSED by {refused} of {result.Rules.Count} rules{rest}");
    }

    /// <summary>A value of the candidate or the baseline.</summary>
    public static string Value(GateRule rule, double? value) => value is not { } number ? "" : rule.Rule switch
    {
        "latency" => Text($"{number:N1} µs"),
        "size" => Text($"{number:N0}"),
        "gap" => Text($"{number * 100:F2} %"),
        _ => Text($"{number:G5}"),
    };

    /// <summary>What is compared with the bound, with its interval.</summary>
    public static string Figure(GateRule rule)
    {
        if (rule.Figure is not { } figure)
        {
            return "";
        }

        string interval = rule is { Low: { } low, High: { } high } && low < high ? $" ({Number(rule, low)} to {Number(rule, high)})" : "";
        return $"{Number(rule, figure)}{interval}{(rule.Unit == GateUnit.Share ? " %" : "")}";
    }

    /// <summary>The bound.</summary>
    public static string Bound(GateRule rule) => rule.Bound is { } bound ? $"≤ {Number(rule, bound)}{(rule.Unit == GateUnit.Share ? " %" : "")}" : "";

    /// <summary>The number of rows.</summary>
    public static string Rows(GateRule rule) => rule.Rows is { } rows ? Text($"{rows:N0}") : "";

    /// <summary>Figure, bound and values in one line.</summary>
    public static string Line(GateRule rule)
    {
        string[] parts =
        [
            Figure(rule) is { Length: > 0 } figure ? $"{Name(rule)} {figure}" : "",
            Bound(rule) is { Length: > 0 } bound ? $"bound {bound}" : "",
            Value(rule, rule.Baseline) is { Length: > 0 } baseline ? $"baseline {baseline}" : "",
            Value(rule, rule.Candidate) is { Length: > 0 } candidate ? $"candidate {candidate}" : "",
            Rows(rule) is { Length: > 0 } rows ? $"{rows} rows" : "",
        ];
        return string.Join(", ", parts.Where(static part => part.Length > 0));
    }

    /// <summary>The reason with the figures, or what there is of them.</summary>
    public static string Message(GateRule rule) => Line(rule) is not { Length: > 0 } line ? rule.Reason : rule.Reason.Length == 0 ? line : $"{rule.Reason} ({line})";

    private static string Name(GateRule rule) => rule.Rule switch
    {
        "metric" or "slice" => "drop",
        "gap" => "growth",
        "latency" => "ratio",
        "size" => "bytes",
        _ => "count",
    };

    private static string Number(GateRule rule, double value) => rule.Unit switch
    {
        GateUnit.Share => Text($"{value * 100:F2}"),
        GateUnit.Ratio => Text($"{value:F3}"),
        _ => Text($"{value:N0}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
