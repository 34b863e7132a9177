using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Gate;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Gate;

/// <summary>Rows with a signal and two groups, and classifiers whose faults are known: score of class 1 = signal + bias[group] + noise · weight.</summary>
internal static class GateLab
{
    public static readonly OptimizationContext Context = new() { Loader = ModelLoader.Default, BatchRows = 512 };

    public static GateOptions Options { get; } = new() { Metric = "accuracy", Labels = "label", Slices = ["group"], MaxSliceDrop = 0.02 };

    /// <summary>Columns x = (signal, is in group 1, noise), label = signal + noise of its own above 0, group 0 or 1, few: 1 in every 100th row.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="spread">The standard deviation of the labels' own noise.</param>
    public static MemoryDataSource Sample(int rows, float spread = 0.5f)
    {
        float[] signal = Lab.Normal(rows, 1), own = Lab.Normal(rows, 2, spread), noise = Lab.Normal(rows, 3);
        var x = new float[rows * 3];
        for (int row = 0; row < rows; row++)
        {
            (x[row * 3], x[(row * 3) + 1], x[(row * 3) + 2]) = (signal[row], row % 2, noise[row]);
        }

        return new MemoryDataSource(
            new NamedValues
            {
                ["x"] = TensorValue.Copy<float>(x, [rows, 3]),
                ["label"] = TensorValue.Copy<long>([.. signal.Zip(own, static (s, n) => s + n > 0 ? 1L : 0L)], [rows]),
                ["group"] = TensorValue.Copy<long>([.. Enumerable.Range(0, rows).Select(static row => (long)(row % 2))], [rows]),
                ["row"] = TensorValue.Copy<long>([.. Enumerable.Range(0, rows).Select(static row => (long)row)], [rows]),
                ["few"] = TensorValue.Copy<long>([.. Enumerable.Range(0, rows).Select(static row => row % 100 == 0 ? 1L : 0L)], [rows]),
            },
            "rows");
    }

    /// <summary>A classifier of two logits.</summary>
    /// <param name="all">Added to the score of every row.</param>
    /// <param name="group">Added to the score of rows of group 1.</param>
    /// <param name="noise">The weight of the noise.</param>
    /// <param name="swapped">Whether the logits are in the other order.</param>
    /// <param name="scale">Multiplies the logits; infinite for a model that answers NaN.</param>
    /// <param name="output">The name of the output.</param>
    /// <param name="input">The name of the input.</param>
    public static OnnxModel Model(float all = 0, float group = 0, float noise = 0, bool swapped = false, float scale = 4, string output = "y", string input = "x")
    {
        float[] weights = [1, group, noise];
        var both = new float[6];
        for (int i = 0; i < 3; i++)
        {
            (both[i * 2], both[(i * 2) + 1]) = (swapped ? weights[i] : 0, swapped ? 0 : weights[i]);
        }

        OnnxModel model = SmallModels.Model(
            13,
            input,
            ["batch", 3],
            output,
            [
                new OnnxNode("Gemm", [input, "w", "b"], ["score"], name: "score"),
                new OnnxNode("Mul", ["score", "scale"], [output], name: "scaled"),
            ],
            OnnxTensor.Create<float>("w", both, 3, 2),
            OnnxTensor.Create<float>("b", swapped ? [all, 0] : [0, all], 2),
            OnnxTensor.Create<float>("scale", [scale], 1));
        model.Graph.Outputs[0] = new OnnxValueInfo(output, OnnxType.Tensor(OnnxElementType.Float32, "batch", 2));
        return model;
    }

    public static Task<GateResult> CheckAsync(OnnxModel candidate, GateOptions? options = null, OnnxModel? baseline = null, IDataSource? data = null, OptimizationContext? context = null) => ModelGate.CheckAsync(
        context ?? Context,
        new GateRequest { Candidate = candidate, Baseline = baseline ?? Model(), Data = data ?? Sample(6_000), Options = options ?? Options });

    public static GateRule Rule(GateResult result, string rule, string? subject = null) => Assert.Single(result.Rules, r => r.Rule == rule && (subject is null || r.Subject == subject));
}
