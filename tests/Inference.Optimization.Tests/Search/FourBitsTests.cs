using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>4-bit weights are a candidate, chosen where measurement says that they pay.</summary>
public class FourBitsTests
{
    [Fact]
    public async Task OptimizeAsync_FourBitsAreSlower_AreNotChosen()
    {
        OptimizeResult result = await SearchAsync(OptimizeObjective.Time, four: 1.5);
        CandidateRecord four = result.Record.Candidates.Single(static c => c.Name == "int4 weights");
        Assert.Contains("slower than the source", four.Reason, StringComparison.Ordinal);
        Assert.False(four.Accepted);
        Assert.NotEqual("int4 weights", result.Record.Chosen);
        Assert.DoesNotContain(result.Model.Graph.Nodes, static n => n.OpType == "MatMulNBits");
    }

    [Fact]
    public async Task OptimizeAsync_SmallestWithinTheBudget_AreChosenEvenIfSlower()
    {
        OptimizeResult result = await SearchAsync(OptimizeObjective.Size, four: 1.5);
        Assert.Equal("int4 weights", result.Record.Chosen);
        Assert.Equal(2, result.Model.Graph.Nodes.Count(static n => n.OpType == "MatMulNBits"));
        Assert.True(result.Record.Candidates.Single(static c => c.Name == "int4 weights").Bytes < result.Record.Candidates.Single(static c => c.Name == "int8 weights").Bytes * 0.75);
    }

    [Fact]
    public async Task OptimizeAsync_FewWeightsInProducts_AreNotTried()
    {
        // A convolution holds most of the weights, and has no 4-bit form.
        OnnxModel source = SmallModels.Model(
            13, "x", ["batch", 64], "y",
            [
                new OnnxNode("Reshape", ["x", "shape"], ["i"]),
                new OnnxNode("Conv", ["i", "W"], ["c"], name: "conv"),
                new OnnxNode("Flatten", ["c"], ["f"]),
                new OnnxNode("MatMul", ["f", "V"], ["y"], name: "product"),
            ],
            OnnxTensor.Create<long>("shape", [-1, 16, 4], 3),
            OnnxTensor.Create<float>("W", Lab.Normal(32 * 16 * 4, 1, 0.2f), 32, 16, 4),
            OnnxTensor.Create<float>("V", Lab.Normal(32 * 8, 2, 0.2f), 32, 8));
        OptimizeResult result = await SearchAsync(OptimizeObjective.Size, four: 1, source);
        Assert.Contains(result.Record.Candidates, static c => c.Name == "int8 weights");
        Assert.DoesNotContain(result.Record.Candidates, static c => c.Name == "int4 weights");
    }

    private static Task<OptimizeResult> SearchAsync(OptimizeObjective objective, double four, OnnxModel? source = null)
    {
        source ??= SmallModels.TwoLayers(64, 64, 8);
        var timed = new TimedLoader(ModelLoader.Default, m => m.Graph.Nodes.Exists(static n => n.OpType == "MatMulNBits") ? four : 1);
        MemoryDataSource rows = SmallModels.Rows(400, 64);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        var options = new OptimizeOptions { Evaluation = new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") }, MaxDrop = 0.2, Objective = objective };
        return BudgetOptimizer.OptimizeAsync(context, source, rows, rows, null, options);
    }
}
