using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;
using MathNet.Numerics.Distributions;

namespace Inference.Optimization.Evaluation;

/// <summary>
/// Gaps between the groups of a column. Of two classes the rates are those at which class 1 is predicted, of all rows, of those of class 1 and of the rest; of more classes it is the
/// accuracy.
/// </summary>
/// <remarks>
/// The growth is that of max − min over the groups with enough rows. It is at most the change between the two groups that are now extreme, whose variance is that of the paired differences, d² + 1 row that differs: the lower end is growth − z·s, for
/// all pairs of groups of all gaps together.
/// </remarks>
internal static class GapAnalysis
{
    private static readonly (string Name, int? Actual)[] s_binary = [("predicted positive", null), ("true positive rate", 1), ("false positive rate", 0)];
    private static readonly (string Name, int? Actual)[] s_many = [("accuracy", null)];

    /// <summary>Whether the model predicts one class for each row; only then there are rates.</summary>
    public static bool Applies(SourceJudge judge) =>
        judge.Reading.Task == ReadingTask.Classes && Enumerable.Range(0, judge.Source.Rows).All(row => judge.Source.Row(row).Predicted.Length == 1);

    /// <param name="judge">The source's predictions and the slices of the rows.</param>
    /// <param name="candidate">The candidate's predictions.</param>
    /// <param name="columns">The names of the slice columns.</param>
    /// <param name="least">The number of rows that a group needs.</param>
    /// <param name="bound">The largest accepted growth; null for none.</param>
    /// <param name="confidence">The confidence of the interval.</param>
    public static GapResult[] Measure(SourceJudge judge, Answers candidate, IReadOnlyList<string> columns, int least, double? bound, double confidence)
    {
        bool binary = judge.Reading.Classes.Count == 2;
        var gaps = new List<(string Name, Group[] Groups)>();
        for (int column = 0; column < columns.Count; column++)
        {
            foreach ((string name, int? actual) in binary ? s_binary : s_many)
            {
                gaps.Add(($"{columns[column]}: {name}", Groups(judge, candidate, column, actual, binary, least)));
            }
        }

        int pairs = gaps.Sum(static gap => gap.Groups.Length * (gap.Groups.Length - 1));
        double quantile = Normal.InvCDF(0, 1, 1 - ((1 - confidence) / Math.Max(1, pairs)));
        return [.. gaps.Select(gap => Result(gap.Name, gap.Groups, bound, quantile))];
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

    private static GapResult Result(string name, Group[] groups, double? bound, double quantile)
    {
        var result = new GapResult { Name = name, Rows = groups.Sum(static group => group.Rows) };
        if (groups.Length < 2)
        {
            return result;
        }

        Group high = groups.MaxBy(static group => group.After)!, low = groups.MinBy(static group => group.After)!;
        double width = quantile * Math.Sqrt(high.Variance + low.Variance);
        result = result with { Source = groups.Max(static group => group.Before) - groups.Min(static group => group.Before), Candidate = high.After - low.After };
        return result with
        {
            GrowthLow = result.Growth - width,
            GrowthHigh = result.Growth + width,
            Outcome = bound is null ? null : result.Growth <= bound ? VerdictOutcome.Met : result.Growth - width > bound ? VerdictOutcome.NotMet : VerdictOutcome.Inconclusive,
        };
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
