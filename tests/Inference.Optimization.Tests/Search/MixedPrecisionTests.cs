using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Quantization;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>A budget that all layers in 8 bits miss is met by leaving the sensitive ones in float.</summary>
public class MixedPrecisionTests
{
    [Fact]
    public async Task RefineAsync_RowsOfUnequalScale_LeavesTheLayerThatReadsThemInFloat()
    {
        // One row in a hundred is 300 times the others: 8 bits for all of them leave nothing for the others. Behind the Tanh all are alike.
        OnnxModel model = SmallModels.TwoLayers(16, 32, 4);
        model.Graph.Nodes[1] = new OnnxNode("Tanh", ["h"], ["r"]);

        // Without biases, which would decide where the inputs are lost.
        model.Graph.Initializers[1] = OnnxTensor.Create<float>("a", new float[32], 32);
        model.Graph.Initializers[3] = OnnxTensor.Create<float>("c", new float[4], 4);
        float[] values = Lab.Normal(1000 * 16, 9, 0.2f);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= i / 16 % 100 == 7 ? 300 : 1;
        }

        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(values, [1000, 16]) });
        var context = new OptimizationContext { Loader = ModelLoader.Default };
        SourceJudge judge = await SourceJudge.CreateAsync(context, model, rows, new EvaluationOptions { Metric = MetricCatalog.Parse("agreement"), MaxDrop = 0.08 }, null, default);
        QuantizeResult whole = await Quantizer.QuantizeAsync(context, model, rows);
        QuantizeResult mixed = await MixedPrecision.RefineAsync(context, model, rows, judge, whole, new QuantizeOptions(), default);

        Assert.Equal(VerdictOutcome.NotMet, judge.Compare(await judge.RunAsync(context, whole.Model, "test", default)).Verdict);
        Assert.Equal(VerdictOutcome.Met, judge.Compare(await judge.RunAsync(context, mixed.Model, "test", default)).Verdict);
        Assert.Contains(mixed.Layers, l => l is { Name: "first", Action: "float" } && l.Reason.Contains("the budget is not met", StringComparison.Ordinal));
        Assert.Contains(mixed.Layers, l => l is { Name: "second", Action: "int8" });
    }
}
