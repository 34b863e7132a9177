using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Quantization;

/// <summary>Channels of unequal scales are found and rescaled without an option.</summary>
public class RescalingTests
{
    private static readonly QuantizeOptions s_never = new() { Equalize = false, SmoothQuant = false };

    [Fact]
    public async Task QuantizeAsync_RescaledChannelBetweenGemms_DefaultReachesEqualization()
    {
        OnnxModel model = Rescaled(SmallModels.TwoLayers(16, 32, 4), "W", 1, "V", 0);
        await RequireDefaultIsAsGoodAsync(model, SmallModels.Rows(400, 16), "layer before");
    }

    [Fact]
    public async Task QuantizeAsync_RescaledChannelBetweenConvolutions_DefaultReachesEqualization()
    {
        OnnxModel model = SmallModels.Model(
            13,
            "x",
            ["batch", 2, 8, 8],
            "y",
            [
                new OnnxNode("Conv", ["x", "W", "a"], ["h"], name: "first"),
                new OnnxNode("Relu", ["h"], ["r"]),
                new OnnxNode("MaxPool", ["r"], ["p"]).SetAttribute("kernel_shape", [2L, 2L]).SetAttribute("strides", [2L, 2L]),
                new OnnxNode("Conv", ["p", "V"], ["y"], name: "second"),
            ],
            OnnxTensor.Create<float>("W", Lab.Normal(16 * 2 * 9, 1), 16, 2, 3, 3),
            OnnxTensor.Create<float>("a", Lab.Normal(16, 2), 16),
            OnnxTensor.Create<float>("V", Lab.Normal(4 * 16, 3), 4, 16, 1, 1));
        Rescaled(model, "W", 0, "V", 1);
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(200 * 2 * 64, 9), [200, 2, 8, 8]) });

        double never = await ErrorAsync(model, rows, s_never);
        double standard = await ErrorAsync(model, rows, new QuantizeOptions());
        Assert.True(standard < never / 5, $"never {never}, default {standard}");
    }

    [Fact]
    public async Task QuantizeAsync_RescaledChannelAfterMatMulAndBias_DefaultReachesEqualization()
    {
        OnnxModel model = SmallModels.Model(
            13,
            "x",
            ["batch", 3, 16],
            "y",
            [
                new OnnxNode("MatMul", ["x", "W"], ["m"]),
                new OnnxNode("Add", ["m", "a"], ["h"]),
                new OnnxNode("Relu", ["h"], ["r"]),
                new OnnxNode("MatMul", ["r", "V"], ["y"]),
            ],
            OnnxTensor.Create<float>("W", Lab.Normal(16 * 32, 1), 16, 32),
            OnnxTensor.Create<float>("a", Lab.Normal(32, 2), 32),
            OnnxTensor.Create<float>("V", Lab.Normal(32 * 4, 3), 32, 4));
        Rescaled(model, "W", 1, "V", 0);
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(200 * 48, 9), [200, 3, 16]) });
        double never = await ErrorAsync(model, rows, s_never);
        double standard = await ErrorAsync(model, rows, new QuantizeOptions());
        Assert.True(standard < never / 5, $"never {never}, default {standard}");
    }

    [Fact]
    public async Task QuantizeAsync_OutlierChannelsOfANormalization_DefaultReachesSmoothQuant()
    {
        OnnxModel model = SmallModels.Model(
            17,
            "x",
            ["batch", 16],
            "y",
            [new OnnxNode("LayerNormalization", ["x", "g", "b"], ["n"]), new OnnxNode("MatMul", ["n", "W"], ["y"])],
            OnnxTensor.Create<float>("g", [.. Enumerable.Range(0, 16).Select(i => i is 3 or 7 ? 100f : 1)], 16),
            OnnxTensor.Create<float>("b", new float[16], 16),
            OnnxTensor.Create<float>("W", [.. Lab.Normal(16 * 8, 1).Select((v, i) => i / 8 is 3 or 7 ? v / 100 : v)], 16, 8));
        MemoryDataSource rows = SmallModels.Rows(400, 16);

        double never = await ErrorAsync(model, rows, s_never);
        double asked = await ErrorAsync(model, rows, new QuantizeOptions { SmoothQuant = true });
        QuantizeResult result = await Quantizer.QuantizeAsync(Context, model, rows);
        double standard = await ErrorAsync(model, rows, new QuantizeOptions());
        Assert.True(standard <= asked * 1.01 && standard < never / 5, $"never {never}, asked {asked}, default {standard}");
        Assert.Contains(result.Layers, l => l.Reason.Contains("by the normalization before", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Model.Graph.Nodes, n => n.OpType == "Mul");
    }

    [Fact]
    public async Task QuantizeAsync_NothingToRescale_LeavesTheGraphAsItIs()
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(Context, SmallModels.TwoLayers(), SmallModels.Rows(400, 16));
        Assert.DoesNotContain(result.Model.Graph.Nodes, n => n.OpType == "Mul");
    }

    private static OptimizationContext Context => new() { Loader = ModelLoader.Default };

    private static async Task RequireDefaultIsAsGoodAsync(OnnxModel model, MemoryDataSource rows, string fold)
    {
        double never = await ErrorAsync(model, rows, s_never);
        double equalized = await ErrorAsync(model, rows, new QuantizeOptions { Equalize = true });
        double standard = await ErrorAsync(model, rows, new QuantizeOptions());
        QuantizeResult result = await Quantizer.QuantizeAsync(Context, model, rows);
        Assert.True(equalized < never / 5, $"never {never}, equalized {equalized}");
        Assert.True(standard <= equalized * 1.05, $"equalized {equalized}, default {standard}");
        Assert.Contains(result.Layers, l => l.Reason.Contains(fold, StringComparison.Ordinal));
    }

    /// <summary>Multiplies one channel by a hundred, and divides what reads it by a hundred.</summary>
    private static OnnxModel Rescaled(OnnxModel model, string first, int output, string second, int input)
    {
        Multiply(model, first, output, 100);
        Multiply(model, "a", 0, 100);
        Multiply(model, second, input, 0.01f);
        return model;
    }

    private static void Multiply(OnnxModel model, string name, int axis, float factor)
    {
        const int Channel = 5;
        int at = model.Graph.Initializers.FindIndex(t => t.Name == name);
        OnnxTensor old = model.Graph.Initializers[at];
        float[] values = old.ToArray<float>();
        int inner = 1;
        foreach (long size in old.Dims[(axis + 1)..])
        {
            inner *= (int)size;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= i / inner % (int)old.Dims[axis] == Channel ? factor : 1;
        }

        model.Graph.Initializers[at] = OnnxTensor.Create<float>(name, values, old.Dims);
    }

    private static async Task<double> ErrorAsync(OnnxModel model, IDataSource rows, QuantizeOptions options)
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(Context, model, rows, options);
        return Predictions.RelativeError(
            await Predictor.RunAsync(Context, model, rows, null, "source", default), await Predictor.RunAsync(Context, result.Model, rows, null, "candidate", default));
    }
}
