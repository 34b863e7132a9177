using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Tests.Metrics;

public sealed class SliceTests
{
    [Fact]
    public void Worst_OfSlices_IsTheOneWithRowsEnough()
    {
        var metric = new SlicedMetric(MetricCatalog.Parse("accuracy"));
        var other = new SlicedMetric(MetricCatalog.Parse("accuracy"));
        for (int i = 0; i < 12; i++)
        {
            (i % 2 == 0 ? metric : other).Add(new EvaluationRow { Actual = [1], Predicted = [i < 4 ? 1 : 0] }, i < 6 ? "a" : "b", i == 11 ? "last" : "rest");
        }

        metric.Merge(other);
        Assert.Equal(4.0 / 12, metric.Overall.Value, 15);
        Assert.Equal(["a", "b", "last", "rest"], metric.Slices.Keys);
        Assert.Equal(4.0 / 6, metric.Slices["a"].Value, 15);
        Assert.Equal(("b", 0.0), metric.GetWorst());
        Assert.Equal(("rest", 4.0 / 11), metric.GetWorst(7));
        Assert.Null(metric.GetWorst(100));
    }

    [Fact]
    public void Gaps_OfGroups_AreTheDifferencesOfTheirRates()
    {
        FairnessGaps gaps = new(2), half = new(2);
        (string Group, bool Selected, bool Actual)[] rows =
        [
            ("a", true, true), ("a", true, true), ("a", false, true), ("a", true, false), ("a", false, false),
            ("b", true, true), ("b", false, true), ("b", false, true), ("b", false, true), ("b", false, false), ("b", false, false), ("c", true, false),
        ];
        for (int i = 0; i < rows.Length; i++)
        {
            (i < 6 ? gaps : half).Add(rows[i].Group, rows[i].Selected, rows[i].Actual);
        }

        gaps.Merge(half);
        Assert.Equal((3.0 / 5) - (1.0 / 6), gaps.SelectionRateGap, 15);
        Assert.Equal((2.0 / 3) - (1.0 / 4), gaps.TruePositiveRateGap, 15);
        Assert.Equal(1.0 / 2, gaps.FalsePositiveRateGap, 15);
        Assert.Equal(1.0 / 2, gaps.EqualizedOddsGap, 15);
        Assert.Equal(double.NaN, gaps.Groups["c"].TruePositiveRate);
        Assert.Equal(double.NaN, new FairnessGaps().SelectionRateGap);
    }

    [Fact]
    public void Differences_OfOutputs_NameTheWorst()
    {
        OutputDifferences whole = new(), left = new(), right = new();
        foreach (OutputDifferences one in new[] { whole, left })
        {
            one.Add("logits", [3, 4], [3, 5], "day");
            one.Add("extra", [1, double.PositiveInfinity], [1, double.PositiveInfinity], "day");
        }

        foreach (OutputDifferences one in new[] { whole, right })
        {
            one.Add("logits", [0, 5], [2, 5], "night");
        }

        right.Merge(left);
        Assert.Equal("logits", right.WorstOutput);
        Assert.Equal("night", right.WorstSlice);
        Assert.Equal(2, right.Outputs["logits"].WorstAbsolute);
        Assert.Equal(Math.Sqrt(5.0 / 50), right.Outputs["logits"].RelativeError);
        Assert.Equal(whole.Outputs["logits"].RelativeError, right.Outputs["logits"].RelativeError);
        Assert.Equal(0, right.Outputs["extra"].RelativeError);
        right.Add("extra", [1], [double.NaN]);
        Assert.Equal("extra", right.WorstOutput);
        Assert.Equal(1, right.Outputs["extra"].NotFinite);
        Assert.Equal(0.2, right.GetSlice("day")!["logits"].RelativeError, 12);
    }
}
