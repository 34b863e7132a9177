using System.Globalization;
using Inference.Evaluation.Verdicts;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Gate;

/// <summary>The rules on the drop of the metric: over all rows, and in each slice.</summary>
/// <remarks>
/// <para>Over all rows the candidate has to be shown not to be worse by more than the margin: the upper end of the paired interval must not exceed it. A candidate whose true drop is the margin or more passes with a probability of at most
/// 1 − confidence.</para>
/// <para>Slices have fewer rows, and are many: that none is worse cannot be shown for each. A slice refuses if its drop exceeds the bound and its interval, which holds for all slices together, lies above 0: a candidate that is worse in no slice is
/// refused with a probability of at most 1 − confidence. What lies between is not judged.</para>
/// </remarks>
internal static class MetricRules
{
    /// <summary>The rules of a candidate that was compared.</summary>
    public static IEnumerable<GateRule> Judge(SourceJudge judge, Answers candidate, GateOptions options)
    {
        yield return Overall(judge.Judge(candidate, new VerdictOptions { Budget = options.MaxDrop, Confidence = options.Confidence }, []).Overall, judge.Metric.Name);
        if (judge.Slices.Length == 0)
        {
            yield break;
        }

        int judged = judge.Slices.SelectMany(static row => row).CountBy(static slice => slice).Count(slice => slice.Value >= options.MinimumSliceRows);
        Verdict verdict = judge.Judge(candidate, new VerdictOptions
        {
            Budget = options.MaxDrop,
            SliceBudget = options.MaxSliceDrop,
            MinimumSliceRows = options.MinimumSliceRows,
            Confidence = 1 - ((1 - options.Confidence) / Math.Max(1, judged)),
        }, judge.Slices);
        foreach (DropVerdict slice in verdict.Slices)
        {
            yield return Slice(slice);
        }
    }

    /// <summary>The rules of a candidate with the bytes of the baseline: its answers are the baseline's on every row, so there is no drop.</summary>
    public static IEnumerable<GateRule> Same(SourceJudge judge, GateOptions options)
    {
        Verdict verdict = judge.Judge(judge.Source, new VerdictOptions { Budget = double.MaxValue, MinimumSliceRows = options.MinimumSliceRows }, judge.Slices);
        yield return Equal(Rule(verdict.Overall, "metric", judge.Metric.Name), options.MaxDrop) with { Required = true };
        foreach (DropVerdict slice in verdict.Slices)
        {
            yield return Equal(Rule(slice, "slice", slice.Name), options.MaxSliceDrop);
        }
    }

    private static GateRule Equal(GateRule rule, double bound) => rule with { Outcome = GateOutcome.Passed, Figure = 0, Low = 0, High = 0, Bound = bound, RowsToDecide = null, Reason = ModelGate.SameBytes };

    private static GateRule Overall(DropVerdict verdict, string metric) => Rule(verdict, "metric", metric) with
    {
        Outcome = verdict.Outcome switch
        {
            VerdictOutcome.Met => GateOutcome.Passed,
            VerdictOutcome.NotJudged => GateOutcome.NotJudged,
            _ => GateOutcome.Refused,
        },
        Required = true,
        Reason = verdict.Outcome switch
        {
            VerdictOutcome.Met => "",
            VerdictOutcome.NotJudged => verdict.Reason,
            VerdictOutcome.NotMet => verdict.Low > verdict.Budget ? "worse: the whole interval lies above the margin" : "the drop exceeds the margin",
            _ => $"not shown to be within the margin: the interval reaches beyond it; {Rows(verdict)}",
        },
    };

    private static GateRule Slice(DropVerdict verdict)
    {
        GateRule rule = Rule(verdict, "slice", verdict.Name);
        return verdict.Outcome switch
        {
            VerdictOutcome.Met => rule with { Outcome = GateOutcome.Passed },
            VerdictOutcome.NotJudged => rule with { Outcome = GateOutcome.NotJudged, Reason = verdict.Reason },
            VerdictOutcome.NotMet when double.IsPositiveInfinity(verdict.Drop) || verdict.Low > 0 => rule with
            {
                Outcome = GateOutcome.Refused,
                Reason = verdict.Low > verdict.Budget ? "worse: the whole interval lies above the bound" : "worse: the drop exceeds the bound, and the whole interval lies above 0",
            },
            VerdictOutcome.NotMet => rule with { Outcome = GateOutcome.NotJudged, Reason = "too few rows: the drop exceeds the bound, and its interval includes 0" },
            _ => rule with { Outcome = GateOutcome.NotJudged, Reason = $"too few rows: the drop is within the bound, and its interval is not; {Rows(verdict)}" },
        };
    }

    private static string Rows(DropVerdict verdict) => verdict.RowsToDecide is { } rows ? string.Create(CultureInfo.InvariantCulture, $"about {rows:N0} rows like these would decide") : "no number of rows like these would decide";

    private static GateRule Rule(DropVerdict verdict, string rule, string subject) => new()
    {
        Rule = rule,
        Subject = subject,
        Outcome = GateOutcome.NotJudged,
        Candidate = GateRule.Finite(verdict.Candidate),
        Baseline = GateRule.Finite(verdict.Source),
        Figure = GateRule.Finite(verdict.Drop),
        Low = GateRule.Finite(verdict.Low),
        High = GateRule.Finite(verdict.High),
        Bound = verdict.Budget,
        Unit = GateUnit.Share,
        Rows = verdict.Rows,
        RowsToDecide = verdict.RowsToDecide,
    };
}
