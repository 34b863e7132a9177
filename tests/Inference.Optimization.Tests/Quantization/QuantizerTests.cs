using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Quantization;

public class QuantizerTests
{
    [OrtTheory]
    [InlineData(QuantizationMode.Static, QuantizationFormat.Qdq)]
    [InlineData(QuantizationMode.Static, QuantizationFormat.QOperator)]
    [InlineData(QuantizationMode.Dynamic, QuantizationFormat.Qdq)]
    [InlineData(QuantizationMode.WeightOnly, QuantizationFormat.Qdq)]
    public async Task QuantizeAsync_TwoLayers_StaysClose(QuantizationMode mode, QuantizationFormat format)
    {
        OnnxModel model = SmallModels.TwoLayers();
        MemoryDataSource rows = SmallModels.Rows(500, 16);
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, rows, new QuantizeOptions { Mode = mode, Format = format });

        ComparisonResult comparison = await ModelComparer.CompareAsync(
            Lab.OnnxRuntime(), model, result.Model, rows, new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") });
        Assert.True(comparison.MeanOutputError < 0.1, $"{comparison.MeanOutputError}");
        Assert.True(comparison.Candidate > 0.97, $"{comparison.Candidate}");
        Assert.Contains(result.Model.Graph.Nodes, n => n.OpType.Contains("Quant", StringComparison.OrdinalIgnoreCase));
    }

    [OrtFact]
    public async Task QuantizeAsync_SameSeed_GivesTheSameBytes()
    {
        OnnxModel model = SmallModels.TwoLayers();
        byte[] first = (await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(100, 16))).Model.ToArray();
        byte[] second = (await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(100, 16))).Model.ToArray();

        Assert.Equal(first, second);
    }

    [OrtFact]
    public async Task QuantizeAsync_Source_IsNotChanged()
    {
        OnnxModel model = SmallModels.TwoLayers();
        byte[] before = model.ToArray();
        await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(100, 16), new QuantizeOptions { Equalize = true, SmoothQuant = true });

        Assert.Equal(before, model.ToArray());
    }

    [OrtFact]
    public async Task QuantizeAsync_Twice_SaysItIsQuantizedAlready()
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), SmallModels.Rows(100, 16));

        var error = await Assert.ThrowsAsync<OptimizationException>(() => Quantizer.QuantizeAsync(Lab.OnnxRuntime(), result.Model, SmallModels.Rows(100, 16)));
        Assert.Contains("already quantized", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public async Task QuantizeAsync_NoData_SaysSo()
    {
        var error = await Assert.ThrowsAsync<OptimizationException>(() => Quantizer.QuantizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), null));
        Assert.Contains("expected rows to calibrate", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public async Task QuantizeAsync_NaN_NamesTheRow()
    {
        float[] values = Lab.Normal(10 * 16, 1);
        values[(7 * 16) + 3] = float.NaN;
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(values, [10, 16]) });

        var error = await Assert.ThrowsAsync<DataException>(() => Quantizer.QuantizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), rows));
        Assert.Contains("column 'x', row 7: expected finite numbers, got NaN", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public async Task QuantizeAsync_WrongShape_SaysWhatWasExpected()
    {
        var error = await Assert.ThrowsAsync<DataException>(() => Quantizer.QuantizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), SmallModels.Rows(10, 15)));
        Assert.Contains("expected float32[batch,16]", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public async Task QuantizeAsync_WrongType_SaysWhatWasExpected()
    {
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(new double[32], [2, 16]) });

        var error = await Assert.ThrowsAsync<DataException>(() => Quantizer.QuantizeAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), rows));
        Assert.Contains("got float64", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public async Task QuantizeAsync_NothingToQuantize_Throws()
    {
        OnnxModel model = SmallModels.Model(13, "x", ["batch", 4], "y", [new OnnxNode("Relu", ["x"], ["y"])]);

        await Assert.ThrowsAsync<UnsupportedModelException>(() => Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(10, 4)));
    }

    [OrtFact]
    public async Task QuantizeAsync_ExcludedNode_StaysFloat()
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(
            Lab.OnnxRuntime(), SmallModels.TwoLayers(), SmallModels.Rows(100, 16), new QuantizeOptions { ExcludedNodes = ["first"] });

        Assert.Contains(result.Layers, l => l is { Name: "first", Action: "float", Reason: "excluded by option" });
        Assert.Contains(result.Model.Graph.Initializers, t => t.Name == "W");
    }

    [OrtFact]
    public async Task QuantizeAsync_TiedWeights_StayShared()
    {
        OnnxModel model = SmallModels.Model(
            13,
            "x",
            ["batch", 16],
            "y",
            [new OnnxNode("MatMul", ["x", "W"], ["h"]), new OnnxNode("Relu", ["h"], ["r"]), new OnnxNode("Identity", ["W"], ["tied"]), new OnnxNode("MatMul", ["r", "tied"], ["y"])],
            OnnxTensor.Create<float>("W", Lab.Normal(256, 1), 16, 16));
        foreach (QuantizationMode mode in Enum.GetValues<QuantizationMode>())
        {
            QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(100, 16), new QuantizeOptions { Mode = mode });
            Assert.Single(result.Model.Graph.Initializers, t => t.ElementCount == 256);
        }
    }

    [OrtFact]
    public async Task QuantizeAsync_OneScalePerTensorWithUnequalChannels_EqualizationImprovesTheError()
    {
        OnnxModel model = SmallModels.TwoLayers();
        float[] weights = model.Graph.Initializers[0].ToArray<float>();
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= i % 12 < 6 ? 0.02f : 1;
        }

        model.Graph.Initializers[0] = OnnxTensor.Create<float>("W", weights, 16, 12);
        double without = await ErrorAsync(model, new QuantizeOptions { PerChannel = false, Equalize = false });
        double with = await ErrorAsync(model, new QuantizeOptions { PerChannel = false, Equalize = true });

        Assert.True(with < without, $"{without} → {with}");
    }

    [OrtFact]
    public async Task QuantizeAsync_OutlyingInputChannel_SmoothQuantImprovesTheError()
    {
        OnnxModel model = SmallModels.TwoLayers();
        float[] values = Lab.Normal(400 * 16, 5);
        for (int i = 3; i < values.Length; i += 16)
        {
            values[i] *= 60;
        }

        float[] weights = model.Graph.Initializers[0].ToArray<float>();
        for (int n = 0; n < 12; n++)
        {
            weights[(3 * 12) + n] *= 0.01f;
        }

        model.Graph.Initializers[0] = OnnxTensor.Create<float>("W", weights, 16, 12);
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(values, [400, 16]) });
        double without = await ErrorAsync(model, new QuantizeOptions { SmoothQuant = false, Calibration = Inference.Optimization.Calibration.CalibrationMethod.MinMax }, rows);
        double with = await ErrorAsync(model, new QuantizeOptions { SmoothQuant = true, Calibration = Inference.Optimization.Calibration.CalibrationMethod.MinMax }, rows);

        Assert.True(with < without / 2, $"{without} → {with}");
    }

    [OrtFact]
    public async Task Apply_OperatorSet11_ComputesTheSameAt13()
    {
        OnnxModel model = SmallModels.Model(
            11,
            "x",
            ["batch", 2, 3],
            "y",
            [
                new OnnxNode("Softmax", ["x"], ["s"]).SetAttribute("axis", 1L),
                new OnnxNode("Unsqueeze", ["s"], ["u"]).SetAttribute("axes", [1L]),
                new OnnxNode("ReduceSum", ["u"], ["r"]).SetAttribute("axes", [1L]).SetAttribute("keepdims", 0L),
                new OnnxNode("Clip", ["r", "low"], ["y"]),
            ],
            OnnxTensor.Create<float>("low", [0.1f]));
        var editor = new GraphEditor(GraphCopy.Copy(model));
        OpsetUpgrade.Apply(editor, new Dictionary<string, long[]>());

        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(24, 1), [4, 2, 3]) };
        Assert.Equal(13, editor.Model.GetOperatorSetVersion());
        Assert.Equal(await Lab.RunAsync(model, inputs), await Lab.RunAsync(editor.Model, inputs));
    }

    [OrtFact]
    public async Task Prepare_BatchNormalization_IsFoldedIntoConv()
    {
        OnnxModel model = SmallModels.Model(
            13,
            "x",
            ["batch", 2, 5, 5],
            "y",
            [new OnnxNode("Conv", ["x", "W"], ["c"]), new OnnxNode("BatchNormalization", ["c", "g", "b", "m", "v"], ["y"])],
            OnnxTensor.Create<float>("W", Lab.Normal(3 * 2 * 9, 1), 3, 2, 3, 3),
            OnnxTensor.Create<float>("g", [1, 2, 3], 3),
            OnnxTensor.Create<float>("b", [0.5f, 0, -1], 3),
            OnnxTensor.Create<float>("m", [0.1f, 0.2f, 0.3f], 3),
            OnnxTensor.Create<float>("v", [1, 4, 0.25f], 3));
        GraphEditor editor = ModelPreparation.Prepare(model);

        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(100, 1), [2, 2, 5, 5]) };
        float[] expected = await Lab.RunAsync(model, inputs);
        float[] got = await Lab.RunAsync(editor.Model, inputs);
        Assert.Single(editor.Graph.Nodes);
        Assert.All(expected.Zip(got), p => Assert.Equal(p.First, p.Second, 4));
    }

    [OrtFact]
    public async Task QuantizeAsync_BatchNormalizationAfterGemmAndTransposedInput_AreQuantized()
    {
        OnnxModel model = SmallModels.Model(
            13,
            "x",
            [16, "batch"],
            "y",
            [
                new OnnxNode("Gemm", ["x", "W"], ["h"], name: "turned").SetAttribute("transA", 1L),
                new OnnxNode("BatchNormalization", ["h", "g", "b", "m", "v"], ["n"]),
                new OnnxNode("Gemm", ["n", "V"], ["y"], name: "second"),
            ],
            OnnxTensor.Create<float>("W", Lab.Normal(16 * 12, 1), 16, 12),
            OnnxTensor.Create<float>("V", Lab.Normal(12 * 4, 2), 12, 4),
            OnnxTensor.Create<float>("g", [.. Enumerable.Range(1, 12).Select(i => i / 4f)], 12),
            OnnxTensor.Create<float>("b", Lab.Normal(12, 3), 12),
            OnnxTensor.Create<float>("m", Lab.Normal(12, 4), 12),
            OnnxTensor.Create<float>("v", [.. Enumerable.Range(1, 12).Select(i => i / 3f)], 12));
        GraphEditor editor = ModelPreparation.Prepare(model);
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(16 * 8, 5), [16, 8]) };
        float[] expected = await Lab.RunAsync(model, inputs);
        float[] got = await Lab.RunAsync(editor.Model, inputs);

        Assert.All(expected.Zip(got), p => Assert.Equal(p.First, p.Second, 3));
        Assert.DoesNotContain(editor.Graph.Nodes, n => n.OpType == "BatchNormalization");
        Assert.Equal(2, LinearLayer.All(editor.Index).Count);
    }

    [OrtFact]
    public async Task QuantizeAsync_LayersWithoutAnEightBitForm_AreNamedWithTheReason()
    {
        OnnxModel model = SmallModels.TwoLayers();
        model.Graph.Nodes.Insert(0, new OnnxNode("Einsum", ["x", "L"], ["u"], name: "sum").SetAttribute("equation", "ij,jk->ik"));
        model.Graph.Nodes[1].Inputs[0] = "u";
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("L", Lab.Normal(256, 8), 16, 16));
        MemoryDataSource rows = SmallModels.Rows(100, 16);
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, rows);
        DecisionRecord record = await DecisionRecord.CreateAsync(Lab.OnnxRuntime(), new DecisionRecordRequest { Verb = "quantize", Source = model, Model = result.Model, Layers = result.Layers });

        Assert.Contains(result.Layers, l => l is { Name: "sum", Action: "float", Reason: "Einsum has no 8-bit form here" });
        Assert.Contains("1 of 3 layers stay in float: 'sum' (Einsum): Einsum has no 8-bit form here", record.Notes);
        Assert.Contains("stay in float: &#39;sum&#39;", HtmlReport.Render(record, "model"), StringComparison.Ordinal);
    }

    private static async Task<double> ErrorAsync(OnnxModel model, QuantizeOptions options, IDataSource? rows = null)
    {
        rows ??= SmallModels.Rows(400, 16);
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, rows, options);
        ComparisonResult comparison = await ModelComparer.CompareAsync(
            Lab.OnnxRuntime(), model, result.Model, rows, new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") });
        return comparison.MeanOutputError;
    }
}
