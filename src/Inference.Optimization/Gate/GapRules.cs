using Inference.Evaluation.Verdicts;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Gate;

/// <summary>The rules on bias gaps: a gap refuses if the lower end of its growth exceeds the bound.</summary>
internal static class GapRules
{
    public static IReadOnlyList<GateRule> Judge(SourceJudge judge, Answers candidate, GateOptions options, bool same) =>
        judge.Slices.Length == 0 ? []
        : !GapAnalysis.Applies(judge) ? [new GateRule { Rule = "gap", Subject = string.Join(", ", options.Slices), Outcome = GateOutcome.NotJudged, Reason = "gaps are those of models that predict one class for each row" }]
        : [.. GapAnalysis.Measure(judge, candidate, options.Slices, options.MinimumSliceRows, options.MaxGapGrowth, options.Confidence).Select(gap => Rule(gap, options.MaxGapGrowth, same))];

    private static GateRule Rule(GapResult gap, double bound, bool same)
    {
        var rule = new GateRule { Rule = "gap", Subject = gap.Name, Outcome = GateOutcome.NotJudged, Bound = bound, Unit = GateUnit.Share, Rows = gap.Rows };
        if (gap.Outcome is null)
        {
            return rule with { Reason = "fewer than two groups with enough rows" };
        }

        rule = rule with { Candidate = gap.Candidate, Baseline = gap.Source, Figure = gap.Growth, Low = gap.GrowthLow, High = gap.GrowthHigh };
        return same ? rule with { Outcome = GateOutcome.Passed, Low = 0, High = 0, Reason = ModelGate.SameBytes }
            : gap.Outcome switch
            {
                VerdictOutcome.Met => rule with { Outcome = GateOutcome.Passed },
                VerdictOutcome.NotMet => rule with { Outcome = GateOutcome.Refused, Reason = "the gap grew: the whole interval lies above the bound" },
                _ => rule with { Reason = "too few rows: the growth exceeds the bound, and its interval includes it" },
            };
    }
}
