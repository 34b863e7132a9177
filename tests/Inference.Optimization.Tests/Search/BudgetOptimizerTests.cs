using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;
using Inference.TestSupport;

namespace Inference.Optimization.Tests.Search;

public class BudgetOptimizerTests
{
    private static readonly EvaluationOptions Agreement = new() { Metric = MetricCatalog.Parse("agreement") };

    [OrtFact]
    public async Task OptimizeAsync_GenerousBudget_WritesModelAndRecord()
    {
        using var folder = new TemporaryFolder();
        OnnxModel model = SmallModels.TwoLayers(64, 64, 8);
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        var options = new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.2, OutputPath = folder.File("best.onnx"), StatePath = folder.File("state") };
        var timed = new TimedLoader(Lab.OnnxRuntime().Loader, m => ModelPreparation.IsQuantized(m) ? 0.5 : 1);
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(new OptimizationContext { Loader = timed, TimeProvider = timed.Time }, model, rows, rows, null, options);

        Assert.True(result.Met);
        using OnnxModel written = OnnxModel.Load(folder.File("best.onnx"));
        DecisionRecord record = DecisionRecord.Read(written)!;
        Assert.Equal("optimize", record.Verb);
        Assert.True(record.Candidates.Count > 5);
        Assert.Equal(result.Record.Candidates, record.Candidates);
        Assert.Equal(2, result.Details.Sensitivities.Count);
        Assert.NotEmpty(result.Details.Ranges);
        Assert.Equal(["best.onnx"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        string page = HtmlReport.Render(record, "a <b>", result.Details);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("a &lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [OrtFact]
    public async Task OptimizeAsync_UnreachableBudget_StillWritesTheBest()
    {
        using var folder = new TemporaryFolder();
        MemoryDataSource rows = SmallModels.Rows(100, 16);
        var options = new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.2, MinSpeedup = 1e6, OutputPath = folder.File("best.onnx") };
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), rows, rows, null, options);

        Assert.False(result.Met);
        Assert.Contains("speedup", result.Record.Candidates[0].Reason, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("best.onnx")));
    }

    [OrtFact]
    public async Task OptimizeAsync_Cancelled_KeepsTheBestAndGoesOnLater()
    {
        using var folder = new TemporaryFolder();
        MemoryDataSource rows = SmallModels.Rows(100, 16);
        using var stop = new CancellationTokenSource();
        var context = new OptimizationContext { Loader = Lab.OnnxRuntime().Loader, Progress = new StopAt(stop, "search", 2) };
        var options = new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.2, OutputPath = folder.File("best.onnx"), StatePath = folder.File("state") };
        OptimizeResult first = await BudgetOptimizer.OptimizeAsync(context, SmallModels.TwoLayers(), rows, rows, null, options, stop.Token);

        Assert.Equal(2, first.Record.Candidates.Skip(1).Count());
        Assert.Contains("stopped early", first.Record.Budget, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("best.onnx")));
        OptimizeResult second = await BudgetOptimizer.OptimizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), rows, rows, null, options);
        Assert.Equal(first.Record.Candidates.Skip(1), second.Record.Candidates.Skip(1).Take(2));
        Assert.True(second.Record.Candidates.Count > 3);
    }

    [OrtFact]
    public async Task OptimizeAsync_MetricWithoutLabels_SaysSo()
    {
        MemoryDataSource rows = SmallModels.Rows(100, 16);
        var error = await Assert.ThrowsAsync<OptimizationException>(() => BudgetOptimizer.OptimizeAsync(
            Lab.OnnxRuntime(), SmallModels.TwoLayers(), rows, rows, null, new OptimizeOptions { Evaluation = new EvaluationOptions() }));
        Assert.Contains("expected a column of labels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_FolderThatCannotBe_SaysSoAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");

        var error = Assert.Throws<OptimizationException>(() => ModelOutput.Save(SmallModels.TwoLayers(), Path.Combine(folder.File("file"), "m.onnx"), folder.Path));
        Assert.Contains("no partial file was left", error.Message, StringComparison.Ordinal);
        Assert.Throws<OptimizationException>(() => ModelOutput.SaveText("page", Path.Combine(folder.File("file"), "r.html")));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Save_OverTheSource_IsRefused()
    {
        using var folder = new TemporaryFolder();
        SmallModels.TwoLayers().Save(folder.File("model.onnx"));

        Assert.Throws<OptimizationException>(() => ModelOutput.Save(SmallModels.TwoLayers(), folder.File("model.onnx"), folder.Path));
    }

    [Fact]
    public void Require_SourceOrItsWeightsBehindALink_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("real"));
        string real = Path.Combine(folder.File("real"), "model.onnx");
        SmallModels.TwoLayers(64, 64).Save(real, new OnnxWriteOptions { ExternalDataThreshold = 16, ExternalDataFileName = "w.onnx" });
        File.CreateSymbolicLink(folder.File("link.onnx"), real);
        Directory.CreateSymbolicLink(folder.File("linked"), folder.File("real"));
        using OnnxModel model = OnnxModel.Load(real);
        IReadOnlyList<string> weights = model.GetExternalDataFiles();

        Assert.Throws<OptimizationException>(() => ModelOutput.Require(real, folder.File("link.onnx"), weights));
        Assert.Throws<OptimizationException>(() => ModelOutput.Require(folder.File("link.onnx"), real, weights));
        Assert.Throws<OptimizationException>(() => ModelOutput.Require(Path.Combine(folder.File("linked"), "model.onnx"), real, weights));
        Assert.Throws<OptimizationException>(() => ModelOutput.Require(Path.Combine(folder.File("real"), "w.onnx"), real, weights));
        Assert.Throws<OptimizationException>(() => ModelOutput.Require(folder.File("real"), real, weights));
        ModelOutput.Require(Path.Combine(folder.File("new"), "out.onnx"), real, weights);
        Assert.False(Directory.Exists(folder.File("new")));
    }

    [Fact]
    public void ComputeDigest_OtherExternalWeights_IsAnother()
    {
        using var folder = new TemporaryFolder();
        var external = new OnnxWriteOptions { ExternalDataThreshold = 16, ExternalDataFileName = "weights" };
        SmallModels.TwoLayers(64, 64).Save(folder.File("a.onnx"), external);
        string Digest()
        {
            using OnnxModel model = OnnxModel.Load(folder.File("a.onnx"));
            return DecisionRecord.ComputeDigest(model);
        }

        string before = Digest();
        byte[] weights = File.ReadAllBytes(folder.File("weights"));
        weights[100] ^= 1;
        File.WriteAllBytes(folder.File("weights"), weights);
        Assert.NotEqual(before, Digest());
    }

    [OrtFact]
    public async Task Read_AfterOnnxRuntimeSavedTheModelAgain_TellsTheRecordOrThatItIsGone()
    {
        using var folder = new TemporaryFolder();
        OnnxModel model = SmallModels.TwoLayers();
        DecisionRecord record = await DecisionRecord.CreateAsync(Lab.OnnxRuntime(), new DecisionRecordRequest { Verb = "compare", Source = model, Model = model, Evaluation = Agreement });
        record.WriteTo(model);
        var options = new Inference.OnnxRuntime.OnnxRuntimeOptions { OptimizedModelPath = folder.File("again.onnx") };
        await using (IModelRunner runner = await ModelLoader.Only(new Inference.OnnxRuntime.OnnxRuntimeProvider(options)).LoadAsync(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions(), default))
        {
        }

        using OnnxModel again = OnnxModel.Load(folder.File("again.onnx"));
        Assert.Equal(record.SourceSha256, DecisionRecord.Read(again)?.SourceSha256);
    }

    private sealed class StopAt(CancellationTokenSource stop, string stage, int step) : IProgress<OptimizationProgress>
    {
        public void Report(OptimizationProgress value)
        {
            if (value.Stage == stage && value.Step == step)
            {
                stop.Cancel();
            }
        }
    }
}
