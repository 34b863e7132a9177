using Inference.Data;
using Inference.Onnx;

namespace Inference.Optimization.Tests.Support;

/// <summary>Small models built by hand.</summary>
internal static class SmallModels
{
    public static OnnxModel Model(long opset, string input, OnnxDimension[] shape, string output, IEnumerable<OnnxNode> nodes, params OnnxTensor[] constants)
    {
        var model = new OnnxModel { IrVersion = 7 };
        model.OperatorSets.Add(new OnnxOperatorSet("", opset));
        model.Graph.Name = "made by hand";
        model.Graph.Inputs.Add(new OnnxValueInfo(input, OnnxType.Tensor(OnnxElementType.Float32, shape)));
        model.Graph.Outputs.Add(new OnnxValueInfo(output, OnnxType.Tensor(OnnxElementType.Float32)));
        model.Graph.Nodes.AddRange(nodes);
        model.Graph.Initializers.AddRange(constants);
        return model;
    }

    /// <summary>x [batch,K] → MatMul W → Relu → MatMul V → y.</summary>
    public static OnnxModel TwoLayers(int k = 16, int hidden = 12, int n = 4, int seed = 1) => Model(
        13,
        "x",
        ["batch", k],
        "y",
        [
            new OnnxNode("Gemm", ["x", "W", "a"], ["h"], name: "first"),
            new OnnxNode("Relu", ["h"], ["r"], name: "relu"),
            new OnnxNode("Gemm", ["r", "V", "c"], ["y"], name: "second"),
        ],
        OnnxTensor.Create<float>("W", Lab.Normal(k * hidden, seed), k, hidden),
        OnnxTensor.Create<float>("a", Lab.Normal(hidden, seed + 1), hidden),
        OnnxTensor.Create<float>("V", Lab.Normal(hidden * n, seed + 2), hidden, n),
        OnnxTensor.Create<float>("c", Lab.Normal(n, seed + 3), n));

    public static MemoryDataSource Rows(int rows, int k, int seed = 9) =>
        new(new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(rows * k, seed), [rows, k]) });
}
