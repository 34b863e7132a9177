using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Quantization;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>What several candidates need is computed once, and gives the same models.</summary>
public class SharedStepsTests
{
    private static readonly EvaluationOptions Agreement = new() { Metric = MetricCatalog.Parse("agreement") };

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    public async Task QuantizeAsync_AnalysisOfOtherExclusions_GivesTheSameModel(string excluded)
    {
        var context = new OptimizationContext { Loader = ModelLoader.Default };
        OnnxModel model = SmallModels.TwoLayers(32, 32, 8);
        MemoryDataSource rows = SmallModels.Rows(200, 32);
        QuantizeResult whole = await Quantizer.QuantizeAsync(context, model, rows);
        var options = new QuantizeOptions { ExcludedNodes = [excluded] };
        QuantizeResult shared = await Quantizer.QuantizeAsync(context, model, rows, options, whole.Analysis, default);
        QuantizeResult own = await Quantizer.QuantizeAsync(context, model, rows, options);

        Assert.NotNull(whole.Analysis);
        Assert.Equal(own.Model.ToArray(), shared.Model.ToArray());
        Assert.Equal(own.Layers, shared.Layers);
    }

    [Fact]
    public async Task OptimizeAsync_SourceAndItsPartsInEightBits_AnalyzesTheSourceOnce()
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        var timed = new TimedLoader(ModelLoader.Default, static _ => 1);
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        var steps = new Steps();
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time, Progress = steps };
        await BudgetOptimizer.OptimizeAsync(context, source, rows, rows, null, new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.001 });

        // Until other forms of the model follow.
        OptimizationProgress[] first = [.. steps.TakeWhile(static s => s.Stage != "factorize")];
        Assert.Contains(first, static s => s.Message.StartsWith("int8 without", StringComparison.Ordinal));
        Assert.Single(first.Zip(first.Skip(1)), static s => s.First.Stage != "smooth" && s.Second.Stage == "smooth");
    }

    [Fact]
    public async Task Of_RecipesInARow_RunOnce()
    {
        int built = 0;
        OnnxModel model = SmallModels.TwoLayers();
        CandidateRecipe Make(string name) => new(name, _ =>
        {
            built++;
            return Task.FromResult((model, (IReadOnlyList<Records.LayerDecision>)[]));
        });
        var last = new LastBuild();
        CandidateRecipe first = last.Of(Make("a")), second = last.Of(Make("b"));
        OnnxModel one = (await first.BuildAsync(default)).Model;
        OnnxModel two = (await first.BuildAsync(default)).Model;
        Assert.Equal(1, built);
        Assert.NotSame(one, two);
        await second.BuildAsync(default);
        await first.BuildAsync(default);
        Assert.Equal(3, built);
    }

    [Fact]
    public async Task OptimizeAsync_NoLayerWithAnEightBitForm_StillSearches()
    {
        OnnxModel model = SmallModels.Model(
            14, "x", ["batch", 16], "y",
            [
                new OnnxNode("Unsqueeze", ["x", "zero"], ["s"]),
                new OnnxNode("GRU", ["s", "W", "R"], ["h"], name: "layer").SetAttribute("hidden_size", 12L),
                new OnnxNode("ReduceSum", ["h", "axes"], ["y"]).SetAttribute("keepdims", 0L),
            ],
            OnnxTensor.Create<float>("W", Lab.Normal(3 * 12 * 16, 1, 0.2f), 1, 36, 16),
            OnnxTensor.Create<float>("R", Lab.Normal(3 * 12 * 12, 2, 0.2f), 1, 36, 12),
            OnnxTensor.Create<long>("zero", [0], 1),
            OnnxTensor.Create<long>("axes", [0, 1], 2));
        MemoryDataSource rows = SmallModels.Rows(100, 16);
        var timed = new TimedLoader(ModelLoader.Default, static _ => 1);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(context, model, rows, rows, null, new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.5 });

        Assert.True(result.Met);
        Assert.NotEqual("source", result.Record.Chosen);
        QuantizeResult whole = await Quantizer.QuantizeAsync(context, model, rows);
        (QuantizeResult fast, QuantizeOptions _) = await FasterForm.ChooseAsync(context, model, rows, whole, new QuantizeOptions(), default);
        Assert.Equal("int8 weights", Assert.Single(fast.Layers).Action);
    }

    private sealed class Steps : List<OptimizationProgress>, IProgress<OptimizationProgress>
    {
        public void Report(OptimizationProgress value) => Add(value);
    }
}
