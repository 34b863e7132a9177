using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Tests.Evaluation;

public class MetricTests
{
    [Theory]
    [InlineData("accuracy", 0.75)]
    [InlineData("auc", 0.75)]
    [InlineData("f1", 0.8)]
    [InlineData("mse", 0.2125)]
    [InlineData("mae", 0.375)]
    public void Value_FourRowsByHand_IsTheFormula(string name, double expected)
    {
        // Labels 0 1 0 1 with 0.2 0.9 0.8 0.6: one negative is above the threshold, and above one of two positives.
        var predictions = new Predictions([0.2f, 0.9f, 0.8f, 0.6f], 4, 1);
        double value = Metric.Parse(name).Prepare(predictions, [0, 1, 0, 1]).Value([1, 1, 1, 1]);

        Assert.Equal(expected, value, 5);
    }

    [Fact]
    public void Value_LogLoss_IsMeanOfMinusLogProbability()
    {
        double value = Metric.Parse("logloss").Prepare(new Predictions([0.5f, 0.25f], 2, 1), [1, 0]).Value([1, 1]);

        Assert.Equal((Math.Log(2) - Math.Log(0.75)) / 2, value, 6);
    }

    [Fact]
    public void Value_Top5_LooksAtRanks()
    {
        var predictions = new Predictions([6, 5, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1], 2, 6);

        Assert.Equal(0.5, Metric.Parse("top5").Prepare(predictions, [4, 5]).Value([1, 1]));
    }

    [Fact]
    public void Value_Weights_CountRows()
    {
        PreparedMetric metric = Metric.Parse("accuracy").Prepare(new Predictions([1, 0, 1, 0], 2, 2), [0, 1]);

        Assert.Equal(0.25, metric.Value([1, 3]));
        Assert.True(double.IsNaN(metric.Value([0, 0])));
    }

    [Fact]
    public void Drop_UnboundedMetric_IsRelative()
    {
        Assert.Equal(0.5, Metric.Parse("mse").Drop(2, 3), 9);
        Assert.Equal(0.02, Metric.Parse("accuracy").Drop(0.9, 0.88), 9);
    }

    [Fact]
    public void Parse_Unknown_ListsThose() =>
        Assert.Contains("accuracy, top1", Assert.Throws<OptimizationException>(() => Metric.Parse("bleu")).Message, StringComparison.Ordinal);

    [Fact]
    public void Interval_SameModel_IsZero()
    {
        var predictions = new Predictions([1, 0, 1, 0], 2, 2);
        Metric metric = Metric.Parse("accuracy");
        PreparedMetric prepared = metric.Prepare(predictions, [0, 1]);

        Assert.Equal((0, 0), Bootstrap.Interval(metric, prepared, prepared, [0, 1], 2, 200, 1));
    }
}
