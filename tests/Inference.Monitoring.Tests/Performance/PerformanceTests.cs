using Inference.Monitoring.Performance;

namespace Inference.Monitoring.Tests.Performance;

public sealed class PerformanceTests
{
    [Fact]
    public void Calibration_ViolatorsByHand_ArePooled()
    {
        CalibrationMap map = CalibrationMap.Learn([10, 10, 0, 20, 10, 4], [1, 5, 0, 4, 9, 1], ordered: 5);

        // 5/10 is above 4/20: joined to 9/30; the empty cell lies between equal ones; the special cell keeps its own rate.
        Assert.Equal([0.1, 0.3, 0.3, 0.3, 0.9, 0.25], map.Probabilities.Select(static p => Math.Round(p, 12)));
    }

    [Fact]
    public void Calibration_EmptyCells_LieBetweenTheirNeighbours()
    {
        CalibrationMap map = CalibrationMap.Learn([0, 10, 0, 0, 10, 0], [0, 1, 0, 0, 7, 0], ordered: 6);
        Assert.Equal([0.1, 0.1, 0.3, 0.5, 0.7, 0.7], map.Probabilities.Select(static p => Math.Round(p, 12)));
        Assert.All(CalibrationMap.Learn([0, 0], [0, 0], 2).Probabilities, static p => Assert.Equal(0.5, p));
    }

    [Fact]
    public void Metrics_ByHand_Exact()
    {
        double[] rows = [4, 2, 4], positives = [1, 1, 3];

        // Pairs in order of score: 1·1.5 + 1·3.5 + 3·4.5 of 25.
        Assert.Equal(((1 * 1.5) + (1 * 3.5) + (3 * 4.5)) / 25, ScoreMetrics.Auc(rows, positives), 12);
        Assert.Equal((3.0 + 1 + 3) / 10, ScoreMetrics.Accuracy(rows, positives, threshold: 1), 12);
        Assert.Equal(2 * 4.0 / (6 + 5), ScoreMetrics.F1(rows, positives, threshold: 1), 12);
        Assert.Equal(double.NaN, ScoreMetrics.Auc(rows, [0, 0, 0]));
    }

    [Fact]
    public void Binary_ScoresMove_EstimatesFollowAndIntervalsCover()
    {
        var random = new Random(4);
        (long[] counts, long[] positives) = Draw(random, 60_000, 0);
        var model = new BinaryPerformance(counts, positives, ordered: 64, threshold: 32, new CalibrationShift(0, 0));
        int[] covered = new int[3];
        const int Runs = 200;
        for (int run = 0; run < Runs; run++)
        {
            (long[] now, long[] labels) = Draw(random, 3_000, 0.8);
            MetricEstimate[] estimates = model.Estimate(now);
            for (int m = 0; m < estimates.Length; m++)
            {
                double realized = model.Realized(estimates[m].Metric, now, labels);
                covered[m] += estimates[m].Low <= realized && realized <= estimates[m].High ? 1 : 0;
                Assert.InRange(estimates[m].Value - realized, -0.06, 0.06);
                Assert.True(estimates[m].Reliability > 0.95);
            }
        }

        Assert.All(covered, static c => Assert.InRange(c, (int)(0.91 * Runs), Runs));
    }

    [Fact]
    public void Binary_NoRows_IsNotANumber() => Assert.All(new BinaryPerformance([5, 5], [1, 4], 2, 1).Estimate([0, 0]), static e => Assert.True(double.IsNaN(e.Value)));

    [Fact]
    public void Multiclass_ClassesByHand_AreAveraged()
    {
        var right = new BinaryPerformance([0, 10, 30], [0, 5, 27], 3, 0);
        BinaryPerformance[] classes = [new([10, 10], [1, 9], 2, 1), new([10, 10], [2, 8], 2, 1)];
        MetricEstimate[] estimates = new MulticlassPerformance(right, classes).Estimate([0, 20, 20], [[10, 10], [10, 10]]);
        Assert.Equal(("accuracy", (10 + 18) / 40.0), (estimates[0].Metric, Math.Round(estimates[0].Value, 12)));
        Assert.Equal("auc", estimates[1].Metric);
        Assert.Equal((0.9 + 0.8) / 2, estimates[1].Value, 9);
    }

    [Fact]
    public void Regression_ErrorsGrowWithThePrediction_EstimateFollows()
    {
        // Cell 0 has errors of 1, cell 1 of 3.
        var model = new RegressionPerformance([10_000, 10_000], [10_000, 30_000], [10_000, 90_000]);
        MetricEstimate[] estimates = model.Estimate([100, 300]);
        Assert.Equal(2.5, estimates[0].Value, 2);
        Assert.Equal(Math.Sqrt((0.25 * 1) + (0.75 * 9)), estimates[1].Value, 2);
        Assert.Equal(2, estimates[0].Reference, 12);
        Assert.All(estimates, static e => Assert.True(e.Low <= e.Value && e.Value <= e.High));
        Assert.Empty(model.Estimate([0, 0]));
    }

    // Scores of a logistic model; a shift moves the scores, not P(label | score).
    private static (long[] Counts, long[] Positives) Draw(Random random, int rows, double shift)
    {
        long[] counts = new long[64], positives = new long[64];
        for (int i = 0; i < rows; i++)
        {
            double score = 1 / (1 + Math.Exp(-((1.5 * Rows.Gauss(random)) + shift))), p = Math.Pow(score, 1.3);
            int cell = Math.Min((int)(score * 64), 63);
            counts[cell]++;
            positives[cell] += random.NextDouble() < p ? 1 : 0;
        }

        return (counts, positives);
    }
}
