using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Tests.Metrics;

/// <summary>What is not defined is NaN; what does not fit is refused.</summary>
public sealed class EdgeTests
{
    public static TheoryData<string> Names => [.. MetricCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_OfNoRow_IsNaN(string name)
    {
        MetricAccumulator accumulator = MetricCatalog.Parse(name).CreateAccumulator();
        Assert.Equal(double.NaN, accumulator.Value);
        accumulator.Merge(MetricCatalog.Parse(name).CreateAccumulator());
        accumulator.Add(new EvaluationRow { Weight = 0 });
        Assert.Equal(double.NaN, accumulator.Value);
        Assert.Equal(0, accumulator.Rows);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Add_OfARowWithoutWhatIsNeeded_IsRefused(string name)
    {
        MetricAccumulator accumulator = MetricCatalog.Parse(name).CreateAccumulator();
        Assert.StartsWith($"Metric '{name}': expected ", Assert.Throws<EvaluationException>(() => accumulator.Add(new EvaluationRow())).Message, StringComparison.Ordinal);
        Assert.Throws<EvaluationException>(() => accumulator.Add(new EvaluationRow { Weight = -1 }));
        Assert.Throws<EvaluationException>(() => accumulator.Add(new EvaluationRow { Weight = double.NaN }));
    }

    [Theory]
    [InlineData("mae", double.NaN)]
    [InlineData("rmse", double.NaN)]
    [InlineData("ndcg", double.NaN)]
    [InlineData("mrr", double.NaN)]
    public void Value_OfANaNAnswer_IsNaN(string name, double answer)
    {
        MetricAccumulator accumulator = MetricCatalog.Parse(name).CreateAccumulator();
        accumulator.Add(new EvaluationRow { Values = [answer], Truth = [1] });
        Assert.Equal(double.NaN, accumulator.Value);
    }

    [Theory]
    [InlineData("auc")]
    [InlineData("average_precision")]
    public void Value_OfANaNScoreOrOneClass_IsNaN(string name)
    {
        MetricAccumulator nan = MetricCatalog.Parse(name).CreateAccumulator(), single = MetricCatalog.Parse(name).CreateAccumulator();
        nan.Add(new EvaluationRow { Actual = [1], Scores = [0, double.NaN] });
        nan.Add(new EvaluationRow { Actual = [0], Scores = [0, 1] });
        single.Add(new EvaluationRow { Actual = [0], Scores = [0, 1] });
        Assert.Equal(double.NaN, nan.Value);
        Assert.Equal(double.NaN, single.Value);
    }

    [Fact]
    public void Value_OfAConstantTruth_IsOneOrZero()
    {
        MetricAccumulator right = MetricCatalog.Parse("r2").CreateAccumulator(), wrong = MetricCatalog.Parse("r2").CreateAccumulator();
        for (int i = 0; i < 3; i++)
        {
            right.Add(new EvaluationRow { Values = [0.1], Truth = [0.1] });
            wrong.Add(new EvaluationRow { Values = [0.2], Truth = [0.1] });
        }

        Assert.Equal(1, right.Value);
        Assert.Equal(0, wrong.Value);
    }

    [Fact]
    public void Value_OfAPositionThatIsIgnored_DoesNotCount()
    {
        MetricAccumulator accumulator = MetricCatalog.Parse("accuracy").CreateAccumulator();
        accumulator.Add(new EvaluationRow { Actual = [1, EvaluationRow.Ignored, EvaluationRow.NoClass], Predicted = [1, 0, EvaluationRow.NoClass] });
        Assert.Equal(0.5, accumulator.Value);
    }

    [Fact]
    public void Drop_OfMetrics_IsAbsoluteWhereTheyAreBounded()
    {
        Assert.Equal(0.01, MetricCatalog.Parse("accuracy").Drop(0.9, 0.89), 12);
        Assert.Equal(0.1, MetricCatalog.Parse("rmse").Drop(2, 2.2), 12);
        Assert.Equal(0, MetricCatalog.Parse("rmse").Drop(0, 0));
        Assert.Equal(double.PositiveInfinity, MetricCatalog.Parse("rmse").Drop(0, 1));
        Assert.Equal(0.1, MetricCatalog.Parse("brier").Drop(0.1, 0.2), 12);
    }

    [Theory]
    [InlineData("top0")]
    [InlineData("pinball1")]
    [InlineData("ndcg-1")]
    [InlineData("Accuracy")]
    public void Parse_OfAnUnknownName_ListsThoseThereAre(string name) =>
        Assert.Contains("expected one of accuracy, ", Assert.Throws<EvaluationException>(() => MetricCatalog.Parse(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Merge_OfAnotherMetric_IsRefused() =>
        Assert.Throws<EvaluationException>(() => MetricCatalog.Parse("mae").CreateAccumulator().Merge(MetricCatalog.Parse("mse").CreateAccumulator()));

    [Theory]
    [MemberData(nameof(Names))]
    public void ReadAccumulator_OfCutOffBytes_IsRefusedOrFewerSums(string name)
    {
        Metric metric = MetricCatalog.Parse(name);
        MetricAccumulator accumulator = metric.CreateAccumulator();
        new RandomRows(metric, 4, 20).AddTo(accumulator, Enumerable.Range(0, 20));
        byte[] bytes = accumulator.ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            try
            {
                metric.ReadAccumulator(bytes.AsSpan(0, length));
            }
            catch (EvaluationException)
            {
            }
        }

        Assert.Throws<EvaluationException>(() => metric.ReadAccumulator(bytes.AsSpan(0, 5)));
    }
}
