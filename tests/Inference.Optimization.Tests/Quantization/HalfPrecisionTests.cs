using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Factorization;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Quantization;

/// <summary>A model in float16 is quantized as if it were in float32; what callers see stays float16.</summary>
public class HalfPrecisionTests
{
    [OrtTheory]
    [InlineData(QuantizationMode.Static)]
    [InlineData(QuantizationMode.Dynamic)]
    [InlineData(QuantizationMode.WeightOnly)]
    public async Task QuantizeAsync_HalfModel_KeepsItsContractAndIsSmaller(QuantizationMode mode)
    {
        OnnxModel model = Half();
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, Rows(200), new QuantizeOptions { Mode = mode });
        Assert.Equal(2, result.Layers.Count(static l => l.Action.StartsWith("int8", StringComparison.Ordinal)));
        Assert.All(result.Model.Graph.Inputs.Concat(result.Model.Graph.Outputs), static v => Assert.Equal(OnnxElementType.Float16, v.Type!.ElementType));
        Assert.True(result.Bytes < result.SourceBytes, $"{result.SourceBytes} → {result.Bytes}");
        await AssertAlikeAsync(model, result.Model, 2e-3);
    }

    [OrtFact]
    public async Task QuantizeAsync_LayerLeftInFloat_IsStoredInHalf()
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), Half(), Rows(200), new QuantizeOptions { ExcludedNodes = ["first"] });
        Assert.Contains(result.Model.Graph.Initializers, static t => t is { ElementType: OnnxElementType.Float16, ElementCount: 16 * 40 });
        Assert.True(result.Bytes < result.SourceBytes, $"{result.SourceBytes} → {result.Bytes}");
        await AssertAlikeAsync(Half(), result.Model, 2e-3);
    }

    [OrtFact]
    public async Task FactorizeAsync_HalfModel_StoresTheOthersInHalfAndCanBeQuantized()
    {
        FactorizeResult factors = await Factorizer.FactorizeAsync(
            Lab.OnnxRuntime(), Half(), Rows(200), new FactorizeOptions { Ranks = new Dictionary<string, int> { ["second"] = 8 }, RequireMeasuredGain = false });
        Assert.Contains(factors.Model.Graph.Initializers, static t => t is { ElementType: OnnxElementType.Float16, ElementCount: 16 * 40 });
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), factors.Model, Rows(200));
        Assert.Equal(3, result.Layers.Count(static l => l.Action == "int8"));
    }

    [Fact]
    public void Prepare_CastsInside_ComputeInFloat()
    {
        OnnxModel model = Half();
        model.Graph.Nodes.Insert(2, new OnnxNode("Cast", ["r"], ["r32"]).SetAttribute("to", (long)OnnxElementType.Float32));
        model.Graph.Nodes.Insert(3, new OnnxNode("Cast", ["r32"], ["r16"]).SetAttribute("to", (long)OnnxElementType.Float16));
        model.Graph.Nodes[4].Inputs[0] = "r16";
        GraphEditor editor = ModelPreparation.Prepare(model);
        Assert.DoesNotContain(editor.Graph.Initializers, static t => t.ElementType == OnnxElementType.Float16);
        Assert.Equal(["x"], editor.Graph.Nodes.Where(static n => n.OpType == "Cast" && n.GetInt("to") == (long)OnnxElementType.Float32 && n.Inputs[0] == "x").Select(static n => n.Inputs[0]));
        Assert.Equal(["y"], editor.Graph.Nodes.Where(static n => n.OpType == "Cast" && n.GetInt("to") == (long)OnnxElementType.Float16).Select(static n => n.Outputs[0]));
        Assert.Equal(2, LinearLayer.All(editor.Index).Count);
    }

    [Fact]
    public void Prepare_Subgraphs_LeavesTheModelAsItIs()
    {
        OnnxModel model = Half();
        model.Graph.Initializers.Add(OnnxTensor.Create<bool>("yes", [true]));
        var then = new OnnxGraph { Name = "then" };
        then.Nodes.Add(new OnnxNode("Identity", ["r"], ["t"]));
        then.Outputs.Add(new OnnxValueInfo("t", OnnxType.Tensor(OnnxElementType.Float16)));
        model.Graph.Nodes.Insert(2, new OnnxNode("If", ["yes"], ["i"], name: "choice").SetAttribute("then_branch", then).SetAttribute("else_branch", then));
        model.Graph.Nodes[3].Inputs[0] = "i";
        Assert.Contains("'choice' (If) has subgraphs", HalfPrecision.Obstacle(model.Graph), StringComparison.Ordinal);
        Assert.Empty(LinearLayer.All(ModelPreparation.Prepare(model).Index));
    }

    // float16 x [batch,16] → 40 → Relu → 32.
    private static OnnxModel Half()
    {
        var model = new OnnxModel { IrVersion = 7 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        model.Graph.Name = "half";
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float16, "batch", 16)));
        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float16, "batch", 32)));
        model.Graph.Nodes.Add(new OnnxNode("Gemm", ["x", "W", "a"], ["h"], name: "first"));
        model.Graph.Nodes.Add(new OnnxNode("Relu", ["h"], ["r"], name: "relu"));
        model.Graph.Nodes.Add(new OnnxNode("Gemm", ["r", "V", "c"], ["y"], name: "second"));
        Add("W", 16, 40);
        Add("a", 40);
        Add("V", 40, 32);
        Add("c", 32);
        return model;

        void Add(string name, params long[] dims)
        {
            Half[] values = Array.ConvertAll(Lab.Normal((int)dims.Aggregate(1L, static (a, b) => a * b), name[0], 0.3f), static v => (Half)v);
            model.Graph.Initializers.Add(Weights.Make<Half>(name, OnnxElementType.Float16, values, dims));
        }
    }

    private static Half[] Values(int rows) => Array.ConvertAll(Lab.Normal(rows * 16, 9), static v => (Half)v);

    private static MemoryDataSource Rows(int rows) => new(new NamedValues { ["x"] = TensorValue.Copy(Values(rows), [rows, 16]) });

    private static async Task AssertAlikeAsync(OnnxModel source, OnnxModel model, double limit)
    {
        double[] wanted = await RunAsync(source), got = await RunAsync(model);
        Assert.InRange(wanted.Zip(got).Sum(static p => Math.Pow(p.First - p.Second, 2)) / wanted.Sum(static v => v * v), 0, limit);
    }

    private static async Task<double[]> RunAsync(OnnxModel model)
    {
        await using IModelRunner runner = await Lab.OnnxRuntime().Loader.LoadAsync(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions());
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(Values(10), [10, 16]) };
        using NamedValues outputs = runner.Run(inputs);
        return Array.ConvertAll(outputs["y"].AsSpan<Half>().ToArray(), static v => (double)v);
    }
}
