using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Quantization;

/// <summary>Layers without an 8-bit operator keep their weights in 8 bits, with a scale for each output channel.</summary>
public class StoredWeightsTests
{
    [OrtTheory]
    [InlineData("LSTM", 4)]
    [InlineData("GRU", 3)]
    [InlineData("RNN", 1)]
    public Task QuantizeAsync_Recurrent_StoresItsWeights(string type, int gates) => CheckAsync(
        SmallModels.Model(
            14, "x", ["batch", 16], "y",
            [
                new OnnxNode("Unsqueeze", ["x", "zero"], ["s"]),
                new OnnxNode(type, ["s", "W", "R", "B"], ["h"], name: "layer").SetAttribute("hidden_size", 12L).SetAttribute("direction", "bidirectional"),
                new OnnxNode("ReduceSum", ["h", "axes"], ["y"]).SetAttribute("keepdims", 0L),
            ],
            OnnxTensor.Create<float>("W", Scaled(2 * gates * 12 * 16, 16, 0.3f), 2, gates * 12, 16),
            OnnxTensor.Create<float>("R", Scaled(2 * gates * 12 * 12, 12, 0.3f), 2, gates * 12, 12),
            OnnxTensor.Create<float>("B", Lab.Normal(2 * 2 * gates * 12, 3, 0.3f), 2, 2 * gates * 12),
            OnnxTensor.Create<long>("zero", [0], 1),
            OnnxTensor.Create<long>("axes", [0, 1], 2)),
        ("W", 1), ("R", 1));

    [OrtTheory]
    [InlineData(1)]
    [InlineData(2)]
    public Task QuantizeAsync_ConvTranspose_StoresItsWeights(int groups) => CheckAsync(
        SmallModels.Model(
            14, "x", ["batch", 16], "y",
            [
                new OnnxNode("Reshape", ["x", "shape"], ["i"]),
                new OnnxNode("ConvTranspose", ["i", "W"], ["y"], name: "layer").SetAttribute("group", (long)groups),
            ],
            OnnxTensor.Create<float>("W", Lab.Normal(8 * 12 * 3 / groups, 1), 8, 12 / groups, 3),
            OnnxTensor.Create<long>("shape", [-1, 8, 2], 3)),
        ("W", 1));

    [OrtFact]
    public Task QuantizeAsync_ConstantOnTheLeft_StoresIt() => CheckAsync(
        SmallModels.Model(
            14, "x", ["batch", 16], "y",
            [
                new OnnxNode("Transpose", ["x"], ["t"]).SetAttribute("perm", [1L, 0L]),
                new OnnxNode("MatMul", ["W", "t"], ["l"], name: "layer"),
                new OnnxNode("Transpose", ["l"], ["y"]).SetAttribute("perm", [1L, 0L]),
            ],
            OnnxTensor.Create<float>("W", Scaled(20 * 16, 16, 1), 20, 16)),
        ("W", 0));

    [OrtFact]
    public async Task QuantizeAsync_SharedWeights_StayFloatAndSaySo()
    {
        OnnxModel model = SmallModels.TwoLayers();
        model.Graph.Nodes.Add(new OnnxNode("Einsum", ["W", "W"], ["e"]).SetAttribute("equation", "ij,ij->"));
        model.Graph.Outputs.Add(new OnnxValueInfo("e", OnnxType.Tensor(OnnxElementType.Float32)));
        model.Graph.Nodes.Insert(0, new OnnxNode("MatMul", ["T", "x2"], ["t"], name: "shared"));
        model.Graph.Nodes.Insert(0, new OnnxNode("Transpose", ["x"], ["x2"]).SetAttribute("perm", [1L, 0L]));
        model.Graph.Nodes.Add(new OnnxNode("Einsum", ["t", "T"], ["f"], name: "sum").SetAttribute("equation", "ij,ik->jk"));
        model.Graph.Outputs.Add(new OnnxValueInfo("f", OnnxType.Tensor(OnnxElementType.Float32)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("T", Lab.Normal(20 * 16, 4), 20, 16));
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(100, 16));
        Assert.Contains(result.Layers, static l => l is { Name: "shared", Action: "float" } && l.Reason.Contains("shared", StringComparison.Ordinal));
        Assert.Contains(result.Model.Graph.Initializers, static t => t.Name == "T");
    }

    [OrtFact]
    public async Task QuantizeAsync_ExcludedNode_StaysFloat()
    {
        OnnxModel model = SmallModels.TwoLayers();
        model.Graph.Nodes.Insert(0, new OnnxNode("Transpose", ["x"], ["x2"]).SetAttribute("perm", [1L, 0L]));
        model.Graph.Nodes.Insert(1, new OnnxNode("MatMul", ["T", "x2"], ["t"], name: "left"));
        model.Graph.Outputs.Add(new OnnxValueInfo("t", OnnxType.Tensor(OnnxElementType.Float32)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("T", Lab.Normal(20 * 16, 4), 20, 16));
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, SmallModels.Rows(100, 16), new QuantizeOptions { ExcludedNodes = ["left"] });
        Assert.Contains(result.Layers, static l => l is { Name: "left", Action: "float", Reason: "excluded by option" });
    }

    // Every row on another scale: one scale for all of them would lose the small ones.
    private static float[] Scaled(int count, int width, float scale)
    {
        float[] values = Lab.Normal(count, 1, scale);
        for (int i = 0; i < count; i++)
        {
            values[i] *= MathF.Pow(2, -(i / width % 7));
        }

        return values;
    }

    private static async Task CheckAsync(OnnxModel model, params (string Weight, int Axis)[] expected)
    {
        MemoryDataSource rows = SmallModels.Rows(64, 16);
        foreach (QuantizationMode mode in Enum.GetValues<QuantizationMode>().Where(static m => m != QuantizationMode.BFloat16))
        {
            QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, rows, new QuantizeOptions { Mode = mode });
            Assert.Equal("int8 weights", Assert.Single(result.Layers, static l => l.Name == "layer").Action);
            OnnxNode layer = result.Model.Graph.Nodes.Single(static n => n.Name == "layer");
            foreach ((string weight, int axis) in expected)
            {
                OnnxTensor source = model.Graph.Initializers.Single(t => t.Name == weight);
                OnnxNode restore = result.Model.Graph.Nodes.Single(n => n.OpType == "DequantizeLinear" && layer.Inputs.Contains(n.Outputs[0]) && result.Model.Graph.Initializers.Single(t => t.Name == n.Inputs[0]).Dims.SequenceEqual(source.Dims));
                Assert.Equal(axis, restore.GetInt("axis"));
                OnnxTensor scales = result.Model.Graph.Initializers.Single(t => t.Name == restore.Inputs[1]);
                Assert.Equal(source.Dims[axis], scales.ElementCount);
                AssertWithinHalfAStep(source, axis, result.Model.Graph.Initializers.Single(t => t.Name == restore.Inputs[0]).ToArray<sbyte>(), scales.ToArray<float>());
            }

            using var inputs = new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(8 * 16, 5), [8, 16]) };
            float[] wanted = await Lab.RunAsync(model, inputs), got = await Lab.RunAsync(result.Model, inputs);
            double error = wanted.Zip(got).Sum(static p => Math.Pow(p.First - p.Second, 2)) / wanted.Sum(static v => v * (double)v);
            Assert.InRange(error, 0, 1e-3);
        }
    }

    private static void AssertWithinHalfAStep(OnnxTensor source, int axis, sbyte[] codes, float[] scales)
    {
        float[] values = source.ToArray<float>();
        int inner = (int)source.Dims[(axis + 1)..].ToArray().Aggregate(1L, static (a, b) => a * b);
        for (int i = 0; i < values.Length; i++)
        {
            float scale = scales[i / inner % scales.Length];
            Assert.InRange(Math.Abs(values[i] - (codes[i] * scale)), 0, scale * 0.501f);
        }
    }
}
