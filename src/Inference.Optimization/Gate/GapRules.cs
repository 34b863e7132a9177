using Inference.Evaluation.Reading;
using Inference.Optimization.Evaluation;
using MathNet.Numerics.Distributions;

namespace Inference.Optimization.Gate;

/// <summary>
/// The rules on bias gaps: by how much the largest difference of a rate between the groups of a column grew. Of two classes the rates are those at which class 1 is predicted, of all rows, of those of class 1 and of the rest; of more classes it is the
/// accuracy.
/// </summary>
/// <remarks>
/// The growth is that of max − min over the groups with enough rows. It is at most the change between the two groups that are now extreme, whose variance is that of the paired differences, d² + 1 row that differs: the lower end is growth − z·s, for
/// all pairs of groups of all gaps together. A gap refuses if the lower end exceeds the bound.
/// </remarks>
internal static class GapRules
{
    private static readonly (string Name, int? Actual)[] s_binary = [("predicted positive", null), ("true positive rate", 1), ("false positive rate", 0)];
    private static readonly (string Name, int? Actual)[] s_many = [("accuracy", null)];

    public static IReadOnlyList<GateRule> Judge(SourceJudge judge, Answers candidate, GateOptions options, bool same)
    {
        if (judge.Slices.Length == 0)
        {
            return [];
        }

        if (judge.Reading.Task != ReadingTask.Classes || Enumerable.Range(0, judge.Source.Rows).Any(row => judge.Source.Row(row).Predicted.Length != 1))
        {
            return [new GateRule { Rule = "gap", Subject = string.Join(", ", options.Slices), Outcome = GateOutcome.NotJudged, Reason = "gaps are those of models that predict one class for each row" }];
        }

        bool binary = judge.Reading.Classes.Count == 2;
        var gaps = new List<Gap>();
        for (int column = 0; column < options.Slices.Count; column++)
        {
            foreach ((string name, int? actual) in binary ? s_binary : s_many)
            {
                gaps.Add(new Gap($"{options.Slices[column]}: {name}", Groups(judge, candidate, column, actual, binary, options.MinimumSliceRows)));
            }
        }

        int pairs = gaps.Sum(static gap => gap.Groups.Length * (gap.Groups.Length - 1));
        double quantile = Normal.InvCDF(0, 1, 1 - ((1 - options.Confidence) / Math.Max(1, pairs)));
        return [.. gaps.Select(gap => gap.Judge(options.MaxGapGrowth, quantile, same))];
    }

    private static Group[] Groups(SourceJudge judge, Answers candidate, int column, int? actual, bool binary, int least)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        for (int row = 0; row < judge.Source.Rows; row++)
        {
            int label = judge.Source.Row(row).Actual[0];
            if (actual is null || label == actual)
            {
                int hit = binary ? 1 : label;
                string name = judge.Slices[row][column];
                if (!groups.TryGetValue(name, out Group? group))
                {
                    groups[name] = group = new Group();
                }

                group.Add(judge.Source.Row(row).Predicted[0] == hit, candidate.Row(row).Predicted[0] == hit);
            }
        }

        return [.. groups.Values.Where(group => group.Rows >= least)];
    }

    private sealed record Gap(string Name, Group[] Groups)
    {
        public GateRule Judge(double bound, double quantile, bool same)
        {
            var rule = new GateRule { Rule = "gap", Subject = Name, Outcome = GateOutcome.NotJudged, Bound = bound, Unit = GateUnit.Share, Rows = Groups.Sum(static group => group.Rows) };
            if (Groups.Length < 2)
            {
                return rule with { Reason = "fewer than two groups with enough rows" };
            }

            Group high = Groups.MaxBy(static group => group.After)!, low = Groups.MinBy(static group => group.After)!;
            double before = Groups.Max(static group => group.Before) - Groups.Min(static group => group.Before), after = high.After - low.After;
            double growth = after - before, width = quantile * Math.Sqrt(high.Variance + low.Variance);
            rule = rule with { Candidate = after, Baseline = before, Figure = growth, Low = growth - width, High = growth + width };
            return same ? rule with { Outcome = GateOutcome.Passed, Low = 0, High = 0, Reason = ModelGate.SameBytes }
                : growth <= bound ? rule with { Outcome = GateOutcome.Passed }
                : growth - width > bound ? rule with { Outcome = GateOutcome.Refused, Reason = "the gap grew: the whole interval lies above the bound" }
                : rule with { Reason = "too few rows: the growth exceeds the bound, and its interval includes it" };
        }
    }

    private sealed class Group
    {
        private long _before;
        private long _after;
        private long _differ;

        public long Rows { get; private set; }

        public double Before => _before / (double)Rows;

        public double After => _after / (double)Rows;

        /// <summary>Of the change of the rate.</summary>
        public double Variance => (((_differ + 1) / (double)Rows) - Math.Pow(After - Before, 2)) / Rows;

        public void Add(bool before, bool after)
        {
            Rows++;
            _before += before ? 1 : 0;
            _after += after ? 1 : 0;
            _differ += before == after ? 0 : 1;
        }
    }
}
