using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Factorization;
using Inference.Optimization.Pruning;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Compression;

public class CompressionTests
{
    [OrtFact("data")]
    public async Task FactorizeAsync_MnistMlp_HalvesMacsWithinOnePointAndBeatsPlainSvd()
    {
        using OnnxModel model = Lab.Model("mnist_mlp");
        FactorizeResult whitened = await Factorizer.FactorizeAsync(Lab.OnnxRuntime(), model, Lab.Rows("mnist", "calib"), new FactorizeOptions { RequireMeasuredGain = false });
        FactorizeResult plain = await Factorizer.FactorizeAsync(
            Lab.OnnxRuntime(), model, Lab.Rows("mnist", "calib"), new FactorizeOptions { RequireMeasuredGain = false, Whiten = false, Ranks = Ranks(whitened) });
        ComparisonResult ours = await Lab.OnTest("mnist", model, whitened.Model);
        ComparisonResult theirs = await Lab.OnTest("mnist", model, plain.Model);

        Assert.True(whitened.Macs <= whitened.SourceMacs / 2);
        Assert.Equal(whitened.Macs, plain.Macs);
        Assert.True(ours.Drop <= 0.01, $"{ours.Drop}");
        Assert.True(ours.MeanOutputError < theirs.MeanOutputError, $"{ours.MeanOutputError} against {theirs.MeanOutputError}");
    }

    [OrtFact("data")]
    public async Task FactorizeAsync_Transformer_BeatsPlainSvdAtEqualRank()
    {
        using OnnxModel model = Lab.Model("spam_minilm_op11");
        var options = new FactorizeOptions { RequireMeasuredGain = false, RankMultiple = 8 };
        FactorizeResult whitened = await Factorizer.FactorizeAsync(Lab.OnnxRuntime(), model, Lab.Rows("spam", "calib"), options);
        FactorizeResult plain = await Factorizer.FactorizeAsync(
            Lab.OnnxRuntime(), model, Lab.Rows("spam", "calib"), new FactorizeOptions { RequireMeasuredGain = false, Whiten = false, Ranks = Ranks(whitened) });

        double ours = (await Lab.OnTest("spam", model, whitened.Model)).MeanOutputError;
        double theirs = (await Lab.OnTest("spam", model, plain.Model)).MeanOutputError;
        Assert.True(ours < theirs, $"{ours} against {theirs}");
    }

    [OrtFact("data")]
    public async Task QuantizeAsync_Factors_TakeEightBits()
    {
        using OnnxModel model = Lab.Model("mnist_mlp");
        FactorizeResult factors = await Factorizer.FactorizeAsync(Lab.OnnxRuntime(), model, Lab.Rows("mnist", "calib"), new FactorizeOptions { RequireMeasuredGain = false });
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), factors.Model, Lab.Rows("mnist", "calib"));

        Assert.True((await Lab.OnTest("mnist", model, result.Model)).Drop <= 0.01);
        Assert.True(result.Bytes < 0.15 * Inference.Optimization.Graphs.Weights.TotalBytes(model.Graph), $"{result.Bytes}");
    }

    [OrtFact("data")]
    public async Task PruneAsync_MnistResnet_LosesAThirdOfMacsWithinOnePointAndRefitHelps()
    {
        using OnnxModel model = Lab.Model("mnist_resnet");
        PruneResult result = await Pruner.PruneAsync(Lab.OnnxRuntime(), model, Lab.Rows("mnist", "calib"));
        PruneResult without = await Pruner.PruneAsync(Lab.OnnxRuntime(), model, Lab.Rows("mnist", "calib"), new PruneOptions { Refit = false, Reconstruct = false });
        ComparisonResult comparison = await Lab.OnTest("mnist", model, result.Model);

        Assert.True(result.Macs <= 0.7 * result.SourceMacs);
        Assert.True(comparison.Drop <= 0.01, $"{comparison.Drop}");
        Assert.True((await Lab.OnTest("mnist", model, without.Model)).Drop > comparison.Drop);
    }

    [OrtFact]
    public async Task PruneAsync_DuplicatedChannel_IsRemovedWithoutLoss()
    {
        OnnxModel model = SmallModels.TwoLayers(hidden: 12);
        float[] weights = model.Graph.Initializers[0].ToArray<float>();
        float[] bias = model.Graph.Initializers[1].ToArray<float>();
        for (int c = 6; c < 12; c++)
        {
            bias[c] = bias[c - 6];
            for (int k = 0; k < 16; k++)
            {
                weights[(k * 12) + c] = weights[(k * 12) + c - 6];
            }
        }

        model.Graph.Initializers[0] = OnnxTensor.Create<float>("W", weights, 16, 12);
        model.Graph.Initializers[1] = OnnxTensor.Create<float>("a", bias, 12);
        MemoryDataSource rows = SmallModels.Rows(300, 16);
        PruneResult result = await Pruner.PruneAsync(Lab.OnnxRuntime(), model, rows, new PruneOptions { TargetMacs = 0.5, ChannelMultiple = 1 });
        ComparisonResult comparison = await ModelComparer.CompareAsync(Lab.OnnxRuntime(), model, result.Model, rows, new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") });

        Assert.Equal(result.SourceMacs / 2, result.Macs);
        Assert.True(comparison.MeanOutputError < 0.01, $"{comparison.MeanOutputError}");
    }

    [OrtFact]
    public async Task PruneAsync_FeedForwardOfThreeAxes_LosesDuplicatedChannelsWithoutLoss()
    {
        // As transformers have it: MatMul, bias, an activation written out, a second input that is added to every position.
        const int Hidden = 32;
        float[] weights = Duplicated(Lab.Normal(16 * Hidden, 1), Hidden);
        OnnxModel model = SmallModels.Model(
            13,
            "x",
            ["batch", 5, 16],
            "y",
            [
                new OnnxNode("ReduceMean", ["x"], ["mean"]).SetAttribute("axes", [1L]).SetAttribute("keepdims", 0L),
                new OnnxNode("Gemm", ["mean", "U", "d"], ["context"], name: "context"),
                new OnnxNode("Unsqueeze", ["context", "one"], ["shared"]),
                new OnnxNode("MatMul", ["x", "W"], ["product"], name: "up"),
                new OnnxNode("Add", ["product", "a"], ["biased"]),
                new OnnxNode("Add", ["biased", "shared"], ["h"]),
                new OnnxNode("Sigmoid", ["h"], ["gate"]),
                new OnnxNode("Mul", ["h", "gate"], ["swish"]),
                new OnnxNode("Mul", ["swish", "half"], ["r"]),
                new OnnxNode("MatMul", ["r", "V"], ["y"], name: "down"),
            ],
            OnnxTensor.Create<float>("W", weights, 16, Hidden),
            OnnxTensor.Create<float>("U", Duplicated(Lab.Normal(16 * Hidden, 2), Hidden), 16, Hidden),
            OnnxTensor.Create<float>("a", Duplicated(Lab.Normal(Hidden, 3), Hidden), Hidden),
            OnnxTensor.Create<float>("d", Duplicated(Lab.Normal(Hidden, 4), Hidden), Hidden),
            OnnxTensor.Create<float>("V", Lab.Normal(Hidden * 4, 5), Hidden, 4),
            OnnxTensor.Create<long>("one", [1L], 1),
            OnnxTensor.Create<float>("half", [0.5f]));
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(200 * 5 * 16, 9), [200, 5, 16]) });
        PruneResult result = await Pruner.PruneAsync(Lab.OnnxRuntime(), model, rows, new PruneOptions { TargetMacs = 0.5, ChannelMultiple = 1 });
        ComparisonResult comparison = await ModelComparer.CompareAsync(Lab.OnnxRuntime(), model, result.Model, rows, new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") });

        Assert.Equal(result.SourceMacs / 2, result.Macs);
        Assert.Contains(result.Layers, l => l.Action == "16 of 32 kept" && l.Name.Contains("up", StringComparison.Ordinal) && l.Name.Contains("context", StringComparison.Ordinal));
        Assert.True(comparison.MeanOutputError < 0.01, $"{comparison.MeanOutputError}");
    }

    [OrtTheory]
    [InlineData("Reshape")]
    [InlineData("Softmax")]
    [InlineData("AveragePool")]
    public async Task PruneAsync_ChannelsThatMeanMore_AreKept(string reader)
    {
        // Heads lie side by side in the channels; a sum over channels needs all of them; pooling over the last axis mixes them.
        OnnxNode node = reader switch
        {
            "Reshape" => new OnnxNode("Reshape", ["h", "heads"], ["r"]),
            "Softmax" => new OnnxNode("Softmax", ["h"], ["r"]).SetAttribute("axis", -1L),
            _ => new OnnxNode("AveragePool", ["h"], ["r"]).SetAttribute("kernel_shape", [2L]).SetAttribute("strides", [2L]),
        };
        int width = reader == "Softmax" ? 16 : 8;
        OnnxModel model = SmallModels.Model(
            13, "x", ["batch", 5, 16], "y", [new OnnxNode("MatMul", ["x", "W"], ["h"], name: "up"), node, new OnnxNode("MatMul", ["r", "V"], ["y"], name: "down")],
            OnnxTensor.Create<float>("W", Lab.Normal(16 * 16, 1), 16, 16),
            OnnxTensor.Create<float>("V", Lab.Normal(width * 4, 2), width, 4),
            OnnxTensor.Create<long>("heads", [0L, 10L, 8L], 3));
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(20 * 5 * 16, 9), [20, 5, 16]) });

        UnsupportedModelException error = await Assert.ThrowsAsync<UnsupportedModelException>(() => Pruner.PruneAsync(Lab.OnnxRuntime(), model, rows, new PruneOptions { ChannelMultiple = 1 }));
        Assert.Contains(reader, error.Message, StringComparison.Ordinal);
    }

    // The second half of the columns is the first half again.
    private static float[] Duplicated(float[] values, int columns)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i % columns >= columns / 2)
            {
                values[i] = values[i - (columns / 2)];
            }
        }

        return values;
    }

    private static Dictionary<string, int> Ranks(FactorizeResult result) => result.Layers.Where(l => l.Action.StartsWith("rank ", StringComparison.Ordinal))
        .ToDictionary(l => l.Name, l => int.Parse(l.Action[5..], System.Globalization.CultureInfo.InvariantCulture));
}
