using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;

namespace Inference.Evaluation.Tests.Verdicts;

public sealed class PairedJudgeTests
{
    [Fact]
    public void Judge_OfEqualModelsOnFewRows_IsInconclusiveAndNamesTheRows()
    {
        DropVerdict verdict = Accuracy(100, static _ => false).Judge().Overall;
        Assert.Equal(VerdictOutcome.Inconclusive, verdict.Outcome);
        Assert.Equal(0, verdict.Drop);

        // 321 rows without a difference leave 1 % behind at 96 %, four fifths of the level: 0.99³²⁰ = 0.04.
        Assert.InRange(verdict.RowsToDecide!.Value, 318, 328);
        Assert.Equal(VerdictOutcome.Met, Accuracy((int)verdict.RowsToDecide.Value, static _ => false).Judge().Overall.Outcome);
    }

    [Fact]
    public void Judge_OfADropBeyondTheBudget_IsNotMet()
    {
        DropVerdict verdict = Accuracy(1000, static row => row % 50 == 0).Judge().Overall;
        Assert.Equal(VerdictOutcome.NotMet, verdict.Outcome);
        Assert.Equal(0.02, verdict.Drop, 12);
        Assert.True(verdict.Low < 0.02 && verdict.High > 0.02);
        Assert.Null(verdict.RowsToDecide);
    }

    [Fact]
    public void Judge_OfASliceThatIsTooSmall_SaysNothingOfIt()
    {
        PairedJudge judge = Accuracy(2000, static row => row < 50, static row => row < 50 ? "small" : "large", sliceBudget: 0.02, budget: 0.05);
        Verdict verdict = judge.Judge();
        Assert.Equal(VerdictOutcome.Met, verdict.Outcome);
        Assert.Equal([VerdictOutcome.Met, VerdictOutcome.NotJudged], verdict.Slices.Select(static s => s.Outcome));
        Assert.Equal("fewer than 100 rows", verdict.Slices[1].Reason);
        Assert.Equal(1, verdict.Slices[1].Drop, 12);
    }

    [Fact]
    public void Judge_OfASliceThatFails_IsNotMet() =>
        Assert.Equal(VerdictOutcome.NotMet, Accuracy(4000, static row => row < 40, static row => row < 200 ? "bad" : "good", sliceBudget: 0.02, budget: 0.05).Judge().Outcome);

    [Fact]
    public void Judge_WithoutABudgetForSlices_ReportsThem()
    {
        Verdict verdict = Accuracy(1000, static _ => false, static _ => "a").Judge();
        Assert.Equal(VerdictOutcome.NotJudged, verdict.Slices[0].Outcome);
        Assert.Equal("no budget for slices", verdict.Slices[0].Reason);
        Assert.Equal(VerdictOutcome.Met, verdict.Outcome);
    }

    [Fact]
    public void Judge_WhereTheMetricIsNotDefined_SaysSo()
    {
        var judge = new PairedJudge(MetricCatalog.Parse("auc"));
        for (int i = 0; i < 10; i++)
        {
            judge.Add(new EvaluationRow { Actual = [1], Scores = [0, i] }, new EvaluationRow { Actual = [1], Scores = [0, i] });
        }

        DropVerdict verdict = judge.Judge().Overall;
        Assert.Equal(VerdictOutcome.NotJudged, verdict.Outcome);
        Assert.Equal("the metric is undefined on these rows", verdict.Reason);
    }

    [Fact]
    public void Judge_OfAThousandClasses_TakesRareOnesForTheRowNotSeen()
    {
        var judge = new PairedJudge(MetricCatalog.Parse("f1_macro"), new VerdictOptions { Budget = 0.01 });
        for (int i = 0; i < 2000; i++)
        {
            judge.Add(new EvaluationRow { Actual = [i % 1000], Predicted = [i % 1000] }, new EvaluationRow { Actual = [i % 1000], Predicted = [i % 1000] });
        }

        DropVerdict verdict = judge.Judge().Overall;
        Assert.Equal(0, verdict.Drop);
        Assert.InRange(verdict.High, 1e-5, 0.01);
    }

    [Theory]
    [InlineData("f1")]
    [InlineData("f1_macro")]
    [InlineData("balanced_accuracy")]
    [InlineData("iou")]
    public void Judge_OfFewRowsThatAgree_IsNotCertain(string metric)
    {
        var judge = new PairedJudge(MetricCatalog.Parse(metric), new VerdictOptions { Budget = 0.001 });
        for (int i = 0; i < 200; i++)
        {
            judge.Add(new EvaluationRow { Actual = [i % 2], Predicted = [i % 2] }, new EvaluationRow { Actual = [i % 2], Predicted = [i % 2] });
        }

        Assert.Equal(VerdictOutcome.Inconclusive, judge.Judge().Overall.Outcome);
    }

    [Theory]
    [InlineData("auc")]
    [InlineData("average_precision")]
    [InlineData("f1")]
    [InlineData("r2")]
    [InlineData("rmse")]
    [InlineData("logloss")]
    public void Interval_OfAMetric_HasTheBootstrapsWidth(string name)
    {
        const int Rows = 2000, Resamples = 300;
        Metric metric = MetricCatalog.Parse(name);
        var random = new Random(11);
        var judge = new PairedJudge(metric);
        List<(int Actual, double Source, double Candidate)> all = [];
        for (int i = 0; i < Rows; i++)
        {
            int actual = random.Next(3) == 0 ? 1 : 0;
            double common = (0.2 * actual) + (0.4 * random.NextDouble());
            all.Add((actual, common + (0.4 * random.NextDouble()), common + (0.4 * random.NextDouble())));
            judge.Add(Row(actual, all[^1].Source), Row(actual, all[^1].Candidate));
        }

        List<double> drops = [];
        for (int i = 0; i < Resamples; i++)
        {
            MetricAccumulator source = metric.CreateAccumulator(), candidate = metric.CreateAccumulator();
            for (int k = 0; k < Rows; k++)
            {
                (int actual, double s, double c) = all[random.Next(Rows)];
                source.Add(Row(actual, s));
                candidate.Add(Row(actual, c));
            }

            drops.Add(metric.Drop(source.Value, candidate.Value));
        }

        double mean = drops.Average(), deviation = Math.Sqrt(drops.Average(d => (d - mean) * (d - mean)));
        DropVerdict verdict = judge.Judge().Overall;
        // Average precision: one answer ahead of all moves it by many times what others do, so that the row not seen weighs more.
        double widest = name == "average_precision" ? 2.8 : 2.2;
        Assert.InRange((verdict.High - verdict.Drop) / deviation, 1.4, widest);
        Assert.InRange((verdict.Drop - verdict.Low) / deviation, 1.4, widest);
    }

    private static EvaluationRow Row(int actual, double p)
    {
        double[] probabilities = [1 - p, p];
        return new EvaluationRow { Actual = new[] { actual }, Predicted = new[] { p > 0.5 ? 1 : 0 }, Scores = probabilities, Probabilities = probabilities, Values = new[] { p }, Truth = new double[] { actual } };
    }

    private static PairedJudge Accuracy(int rows, Func<int, bool> lost, Func<int, string>? slice = null, double? sliceBudget = null, double budget = 0.01)
    {
        var judge = new PairedJudge(MetricCatalog.Parse("accuracy"), new VerdictOptions { Budget = budget, SliceBudget = sliceBudget });
        for (int i = 0; i < rows; i++)
        {
            var source = new EvaluationRow { Actual = [1], Predicted = [1] };
            var candidate = new EvaluationRow { Actual = [1], Predicted = [lost(i) ? 0 : 1] };
            if (slice is null)
            {
                judge.Add(source, candidate);
            }
            else
            {
                judge.Add(source, candidate, slice(i));
            }
        }

        return judge;
    }
}
