using Inference.Onnx;
using Inference.TestSupport;

namespace Inference.Tests.Passes;

/// <summary>Rows that are joined with other axes in the middle of a graph.</summary>
public sealed class JoinedRowsTests
{
    [Theory]
    [InlineData("back", true, "-1", "-1,4")]
    [InlineData("smaller rows", false, "-1", "-1,2")]
    [InlineData("larger rows", false, "-1", "-1,8")]
    [InlineData("two steps", true, "-1,2", "-1", "-1,4")]
    [InlineData("through another split", true, "-1,2", "-1,4")]
    [InlineData("another number of rows", false, "-1,2", "4,-1")]
    public void Reshapes(string reason, bool independent, params string[] shapes)
    {
        using OnnxModel model = Start(OnnxType.Tensor(OnnxElementType.Float32, "N", 4));
        string value = "x";
        for (int i = 0; i < shapes.Length; i++)
        {
            value = Reshape(model, value, shapes[i]);
            model.Graph.Nodes.Add(new OnnxNode("Relu", [value], [value + "r"]));
            value += "r";
        }

        AssertRows(model, value, independent, reason);
    }

    [Theory]
    [InlineData(true, "x", "-1", "x", "-1", "-1,4")]
    [InlineData(false, "x", "-1", "t", "-1", "-1,4")]
    public void Sum_OfJoinedAxes_NeedsTheSameOrder(bool independent, string left, string leftShape, string right, string rightShape, string back)
    {
        using OnnxModel model = Start(OnnxType.Tensor(OnnxElementType.Float32, "N", 4));
        model.Graph.Nodes.Add(new OnnxNode("Transpose", ["x"], ["t"]));
        string one = Reshape(model, left, leftShape);
        string two = Reshape(model, right, rightShape);
        model.Graph.Nodes.Add(new OnnxNode("Add", [one, two], ["sum"]));
        AssertRows(model, Reshape(model, "sum", back), independent, "sum");
    }

    [Fact]
    public void Softmax_AlongTheJoinedAxis_IsNotProved()
    {
        using OnnxModel model = Start(OnnxType.Tensor(OnnxElementType.Float32, "N", 4));
        model.Graph.Nodes.Add(new OnnxNode("Softmax", [Reshape(model, "x", "-1")], ["s"]).SetAttribute("axis", 0));
        AssertRows(model, Reshape(model, "s", "-1,4"), independent: false, "softmax");
    }

    [Fact]
    public void SequenceFirst_ProductOfTokensAndRows_IsProved()
    {
        using OnnxModel model = Start(OnnxType.Tensor(OnnxElementType.Float32, "N", "T", 4));
        model.Graph.Nodes.Add(new OnnxNode("Transpose", ["x"], ["t"]).SetAttribute("perm", [1, 0, 2]));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", new float[16], 4, 4));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", [Reshape(model, "t", "-1,4"), "w"], ["p"]));
        model.Graph.Nodes.Add(new OnnxNode("Shape", ["t"], ["shape"]));
        model.Graph.Nodes.Add(new OnnxNode("Reshape", ["p", "shape"], ["b"]));
        model.Graph.Nodes.Add(new OnnxNode("Transpose", ["b"], ["y"]).SetAttribute("perm", [1, 0, 2]));
        AssertRows(model, "y", independent: true, "tokens first");
    }

    [Fact]
    public void Output_StillJoined_IsNotProved()
    {
        using OnnxModel model = Start(OnnxType.Tensor(OnnxElementType.Float32, "N", 4));
        AssertRows(model, Reshape(model, "x", "-1,2"), independent: false, "joined");
    }

    private static OnnxModel Start(OnnxType input)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "joined";
        model.Graph.Inputs.Add(new("x", input));
        return model;
    }

    private static string Reshape(OnnxModel model, string value, string shape)
    {
        long[] sizes = [.. shape.Split(',').Select(long.Parse)];
        string name = $"r{model.Graph.Nodes.Count}";
        model.Graph.Initializers.Add(OnnxTensor.Create<long>(name + "s", sizes, sizes.Length));
        model.Graph.Nodes.Add(new OnnxNode("Reshape", [value, name + "s"], [name]));
        return name;
    }

    private static void AssertRows(OnnxModel model, string output, bool independent, string reason)
    {
        model.Graph.Nodes.Add(new OnnxNode("Neg", [output], ["out"]));
        model.Graph.Outputs.Add(new("out", null));
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(file, model.ToArray());
        using IModelRunner runner = ModelRunner.Load(file);
        Assert.True(runner.Info.RowIndependent == independent, $"{reason}: {runner.Info.RowIndependent}");
    }
}
