using Inference.Data;
using Inference.Evaluation;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Evaluation;

/// <summary>Models are judged by the reading that was decided from the source: labels first, maps, texts, swapped classes, too few rows.</summary>
public class ModelComparerTests
{
    private static readonly int[] s_swapped = [1, 0, 2];
    private static readonly OptimizationContext s_context = new() { Loader = ModelLoader.Default };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task CompareAsync_LabelFirst_AccuracyIsThatByHand(bool texts, bool maps)
    {
        (MemoryDataSource data, double accuracy) = Classifiers.Rows(5000, texts);
        OnnxModel model = Classifiers.LabelFirst(texts, maps);
        ComparisonResult result = await ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", MaxDrop = 0.01 });

        Assert.Equal(accuracy, result.Source, 12);
        Assert.Equal(accuracy, result.Candidate, 12);
        Assert.Equal(("output_label", "probabilities", maps), (result.Reading!.LabelOutput, result.Reading.ScoreOutput, result.Reading.IsMap));
        Assert.Equal(VerdictOutcome.Met, result.Verdict);
        Assert.Equal(0, result.FlipCount);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task CompareAsync_TwoClassesSwapped_IsSeen(bool texts, bool maps)
    {
        (MemoryDataSource data, double accuracy) = Classifiers.Rows(1000, texts);
        OnnxModel model = Classifiers.LabelFirst(texts, maps);
        OnnxModel swapped = Classifiers.LabelFirst(texts, maps, s_swapped);
        ComparisonResult byLabels = await ModelComparer.CompareAsync(s_context, model, swapped, data, new EvaluationOptions { Labels = "label", MaxDrop = 0.05 });
        ComparisonResult byAgreement = await ModelComparer.CompareAsync(s_context, model, swapped, data, new EvaluationOptions { Metric = MetricCatalog.Parse("agreement"), MaxDrop = 0.05 });

        Assert.Equal(VerdictOutcome.NotMet, byLabels.Verdict);
        Assert.True(byLabels.Candidate < accuracy - 0.4, $"{byLabels.Candidate}");
        Assert.True(byLabels.FlipsToWrong > 500);
        Assert.Equal(VerdictOutcome.NotMet, byAgreement.Verdict);
        Assert.Equal(1, byAgreement.Source);
    }

    [Fact]
    public async Task CompareAsync_SeveralMetrics_EachHasAVerdict()
    {
        (MemoryDataSource data, double accuracy) = Classifiers.Rows(2000, texts: false);
        OnnxModel model = Classifiers.LabelFirst(texts: false, maps: false);
        var options = new EvaluationOptions { Labels = "label", Metric = MetricCatalog.Parse("accuracy"), OtherMetrics = [MetricCatalog.Parse("recall_macro"), MetricCatalog.Parse("logloss")], MaxDrop = 0.05 };
        ComparisonResult same = await ModelComparer.CompareAsync(s_context, model, model, data, options);
        ComparisonResult swapped = await ModelComparer.CompareAsync(s_context, model, Classifiers.LabelFirst(texts: false, maps: false, s_swapped), data, options);

        Assert.Equal(accuracy, same.Source, 12);
        Assert.Equal(["recall_macro", "logloss"], same.OtherMetrics.Select(static m => m.Name));
        Assert.Equal(VerdictOutcome.Met, same.Verdict);
        Assert.All(swapped.OtherMetrics, static m => Assert.Equal(VerdictOutcome.NotMet, m.Outcome));
        Assert.Contains("recall_macro drop", swapped.Objection(), StringComparison.Ordinal);
        foreach (MetricResult other in same.OtherMetrics)
        {
            ComparisonResult alone = await ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", Metric = MetricCatalog.Parse(other.Name), MaxDrop = 0.05 });
            Assert.Equal((alone.Source, alone.DropHigh), (other.Source, other.DropHigh));
        }
    }

    [Fact]
    public async Task CompareAsync_OtherMetricOfAnotherTask_IsRefused()
    {
        (MemoryDataSource data, double _) = Classifiers.Rows(100, texts: false);
        OnnxModel model = Classifiers.LabelFirst(texts: false, maps: false);
        var options = new EvaluationOptions { Labels = "label", OtherMetrics = [MetricCatalog.Parse("rmse")] };
        await Assert.ThrowsAsync<EvaluationException>(() => ModelComparer.CompareAsync(s_context, model, model, data, options));
    }

    [Fact]
    public async Task CompareAsync_GapThatGrew_IsNotMet()
    {
        (MemoryDataSource data, double _) = Classifiers.Rows(2000, texts: false);
        OnnxModel model = Classifiers.LabelFirst(texts: false, maps: false);
        OnnxModel swapped = Classifiers.LabelFirst(texts: false, maps: false, s_swapped);
        ComparisonResult same = await ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", Slices = ["label"], MaxGapGrowth = 0.05 });
        ComparisonResult worse = await ModelComparer.CompareAsync(s_context, model, swapped, data, new EvaluationOptions { Labels = "label", Slices = ["label"], MaxGapGrowth = 0.05 });
        ComparisonResult unbounded = await ModelComparer.CompareAsync(s_context, model, swapped, data, new EvaluationOptions { Labels = "label", Slices = ["label"] });

        Assert.Equal((VerdictOutcome.Met, 0), (same.Verdict, Assert.Single(same.Gaps).Growth));
        GapResult gap = Assert.Single(worse.Gaps);
        Assert.Equal(("label: accuracy", VerdictOutcome.NotMet), (gap.Name, worse.Verdict));
        Assert.InRange(gap.Candidate, 0.75, 0.95);
        Assert.Contains("gap label: accuracy growth", worse.Objection(), StringComparison.Ordinal);
        Assert.Null(unbounded.Verdict);
        Assert.Equal(gap.Candidate, Assert.Single(unbounded.Gaps).Candidate);
    }

    [Fact]
    public async Task CompareAsync_OnlyTheMapsSwapped_IsSeen()
    {
        (MemoryDataSource data, _) = Classifiers.Rows(1000, texts: true);
        ComparisonResult result = await ModelComparer.CompareAsync(
            s_context, Classifiers.LabelFirst(true, true), Classifiers.LabelFirst(true, true, mapOrder: s_swapped), data, new EvaluationOptions { Labels = "label", MaxDrop = 0.05 });

        Assert.Equal(VerdictOutcome.NotMet, result.Verdict);
    }

    [Fact]
    public async Task CompareAsync_FewRows_IsInconclusiveAndSaysHowManyWouldDecide()
    {
        (MemoryDataSource data, _) = Classifiers.Rows(100, texts: true);
        OnnxModel model = Classifiers.LabelFirst(true, true);
        ComparisonResult few = await ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", MaxDrop = 0.01 });

        Assert.Equal(0, few.Drop);
        Assert.Equal(VerdictOutcome.Inconclusive, few.Verdict);
        Assert.InRange(few.RowsToDecide!.Value, 300, 400);
        (MemoryDataSource more, _) = Classifiers.Rows((int)few.RowsToDecide.Value, texts: true);
        Assert.Equal(VerdictOutcome.Met, (await ModelComparer.CompareAsync(s_context, model, model, more, new EvaluationOptions { Labels = "label", MaxDrop = 0.01 })).Verdict);
    }

    [Fact]
    public async Task CompareAsync_SmallSlice_IsNotJudged()
    {
        (MemoryDataSource data, _) = Classifiers.Rows(4000, texts: false);
        OnnxModel model = Classifiers.LabelFirst(false, true);
        ComparisonResult result = await ModelComparer.CompareAsync(
            s_context, model, model, data, new EvaluationOptions { Labels = "label", Slices = ["half", "rare"], MaxDrop = 0.01, MaxSliceDrop = 0.01 });

        Assert.Equal(["half=0", "half=1", "rare=0", "rare=1"], result.Slices.Select(s => s.Name));
        Assert.Equal([true, true, true, false], result.Slices.Select(s => s.Judged));
        Assert.Equal(VerdictOutcome.NotJudged, result.Slices[3].Outcome);
        Assert.Contains("fewer than 100 rows", result.Slices[3].Reason, StringComparison.Ordinal);
        Assert.Equal(VerdictOutcome.Met, result.Verdict);
    }

    [Fact]
    public async Task CompareAsync_MetricThatDoesNotFit_IsRefused()
    {
        (MemoryDataSource data, _) = Classifiers.Rows(100, texts: true);
        OnnxModel model = Classifiers.LabelFirst(true, false);

        await Assert.ThrowsAsync<EvaluationException>(() => ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", Metric = MetricCatalog.Parse("mse") }));
    }

    [Fact]
    public async Task CompareAsync_NamedOutput_IsReadAlone()
    {
        (MemoryDataSource data, double accuracy) = Classifiers.Rows(1000, texts: false);
        OnnxModel model = Classifiers.LabelFirst(false, false);
        ComparisonResult result = await ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", Output = "probabilities" });

        Assert.Null(result.Reading!.LabelOutput);
        Assert.Equal("probabilities", result.Reading.ScoreOutput);
        Assert.Equal(accuracy, result.Source, 12);
        Assert.Null(result.Verdict);
        await Assert.ThrowsAsync<EvaluationException>(() => ModelComparer.CompareAsync(s_context, model, model, data, new EvaluationOptions { Labels = "label", Output = "none" }));
    }

    [Fact]
    public async Task CreateAsync_Record_KeepsTheReadingThroughJson()
    {
        (MemoryDataSource data, _) = Classifiers.Rows(500, texts: true);
        OnnxModel model = Classifiers.LabelFirst(true, true);
        DecisionRecord record = await DecisionRecord.CreateAsync(
            s_context, new DecisionRecordRequest { Verb = "compare", Source = model, Model = model, Judged = data, Evaluation = new EvaluationOptions { Labels = "label", MaxDrop = 0.05 } });
        record.WriteTo(model);
        DecisionRecord read = DecisionRecord.Read(model)!;

        Assert.Equal(["ant", "bee", "cow"], read.Quality!.Reading!.Classes);
        Assert.Equal(VerdictOutcome.Met, read.Quality.Verdict);
        Assert.Contains("label from 'output_label'", read.Quality!.Reading!.Describe(), StringComparison.Ordinal);
        Assert.Contains("output_label", HtmlReport.Render(read, "model"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptimizeAsync_FewRows_IsInconclusive()
    {
        MemoryDataSource rows = SmallModels.Rows(100, 64);
        var timed = new TimedLoader(s_context.Loader, m => ModelPreparation.IsQuantized(m) ? 0.5 : 1);
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(
            new OptimizationContext { Loader = timed, TimeProvider = timed.Time }, SmallModels.TwoLayers(64, 64, 4), rows, rows, null, new OptimizeOptions { Evaluation = new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") }, MaxDrop = 0.02 });

        Assert.False(result.Met);
        Assert.Equal(VerdictOutcome.Inconclusive, result.Record.Verdict);
        Assert.True(result.Record.Quality!.RowsToDecide > 100);
        Assert.Contains("would decide", result.Record.Reason, StringComparison.Ordinal);
        Assert.NotNull(result.Record.Quality.Reading);
    }
}
