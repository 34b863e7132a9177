using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

/// <summary>Declared shapes and symbols are claims: what a call brings decides.</summary>
public sealed class ClaimTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 3)]
    public void Regression_ResidualOfASharedSymbol_Broadcasts(int rows, int residualRows)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", [1f, 2f, 3f, 4f], 2, 2));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Inputs.Add(new("r", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "r"], ["a"]));
        model.Graph.Nodes.Add(new("Relu", ["a"], ["y"]));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["x"] = Ones(rows, 2), ["r"] = Ones(residualRows, 2) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(new long[] { Math.Max(rows, residualRows), 2 }, outputs["y"].Shape.ToArray());
        Assert.Equal(Enumerable.Repeat(new[] { 5f, 7f }, Math.Max(rows, residualRows)).SelectMany(r => r), outputs["y"].AsSpan<float>().ToArray());
    }

    [Fact]
    public void Regression_StaleShapeOfAnAddend_IsNotBelieved()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", [2f], 1, 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("zero", [0L], 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("one", [1L], 1));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 64, 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 64, 1)));
        model.Graph.ValueInfos.Add(new("first", OnnxType.Tensor(OnnxElementType.Float32, 64, 1)));
        model.Graph.Nodes.Add(new("Slice", ["x", "zero", "one", "zero"], ["first"]));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "first"], ["y"]));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["x"] = Ones(64, 1) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(Enumerable.Repeat(3f, 64), outputs["y"].AsSpan<float>().ToArray());
    }

    // Reshape to [Shape(z)[0], 0] of a value without elements: the first dimension is what Shape says, not what is left.
    [Fact]
    public void Regression_ReshapeOfNothingByAnUnknownSize_IsNotKnownBeforehand()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("zero", [0L], 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("one", [1L], 1));
        model.Graph.Inputs.Add(new("z", OnnxType.Tensor(OnnxElementType.Float32, OnnxDimension.Unknown, 0)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Int64, 2)));
        model.Graph.Nodes.Add(new("Shape", ["z"], ["s"]));
        model.Graph.Nodes.Add(new("Slice", ["s", "zero", "one", "zero"], ["rows"]));
        var join = new OnnxNode("Concat", ["rows", "zero"], ["shape"]);
        join.Attributes.Add(OnnxAttribute.FromInt("axis", 0));
        model.Graph.Nodes.Add(join);
        model.Graph.Nodes.Add(new("Reshape", ["z", "shape"], ["r"]));
        model.Graph.Nodes.Add(new("Shape", ["r"], ["y"]));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["z"] = Ones(1, 0) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(new long[] { 1, 0 }, outputs["y"].AsSpan<long>().ToArray());
    }

    // softmax over five equal scores: the mean of five values.
    [Fact]
    public void Regression_AttentionMaskWiderThanTheScores_WidensThem()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("mask", [0f, 0f, 0f, 0f, 0f], 5));
        model.Graph.Inputs.Add(new("q", OnnxType.Tensor(OnnxElementType.Float32, 1, "rows", 2)));
        model.Graph.Inputs.Add(new("k", OnnxType.Tensor(OnnxElementType.Float32, 1, "keys", 2)));
        model.Graph.Inputs.Add(new("v", OnnxType.Tensor(OnnxElementType.Float32, 1, "keys", 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1, "rows", 1)));
        var turn = new OnnxNode("Transpose", ["k"], ["t"]);
        turn.Attributes.Add(OnnxAttribute.FromInts("perm", 0, 2, 1));
        model.Graph.Nodes.Add(turn);
        model.Graph.Nodes.Add(new("MatMul", ["q", "t"], ["scores"]));
        model.Graph.Nodes.Add(new("Add", ["scores", "mask"], ["masked"]));
        var softmax = new OnnxNode("Softmax", ["masked"], ["weights"]);
        softmax.Attributes.Add(OnnxAttribute.FromInt("axis", -1));
        model.Graph.Nodes.Add(softmax);
        model.Graph.Nodes.Add(new("MatMul", ["weights", "v"], ["y"]));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["q"] = Ones(1, 2, 2), ["k"] = Ones(1, 1, 2), ["v"] = TensorValue.Copy<float>([1f, 2f, 3f, 4f, 5f], [1, 5, 1]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(3f, outputs["y"].AsSpan<float>()[0], 5);
        Assert.Equal(3f, outputs["y"].AsSpan<float>()[1], 5);
    }

    // The value carried gains a dimension in each iteration.
    [Fact]
    public void Regression_LoopThatChangesTheRankItCarries_IsInferredWithoutIt()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("trips", [2L]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("front", [0L], 1));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1, 1, "n")));
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.Add(new("i", OnnxType.Tensor(OnnxElementType.Int64)));
        body.Inputs.Add(new("going", OnnxType.Tensor(OnnxElementType.Bool)));
        body.Inputs.Add(new("c", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        body.Nodes.Add(new("Identity", ["going"], ["again"]));
        body.Nodes.Add(new("Unsqueeze", ["c", "front"], ["d"]));
        body.Outputs.Add(new("again", OnnxType.Tensor(OnnxElementType.Bool)));
        body.Outputs.Add(new("d", OnnxType.Tensor(OnnxElementType.Float32)));
        var loop = new OnnxNode("Loop", ["trips", "", "x"], ["y"]);
        loop.Attributes.Add(OnnxAttribute.FromGraph("body", body));
        model.Graph.Nodes.Add(loop);
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["x"] = Ones(3) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(new long[] { 1, 1, 3 }, outputs["y"].Shape.ToArray());
    }

    private static TensorValue Ones(params long[] shape)
    {
        var ones = new float[shape.Aggregate(1L, (a, b) => a * b)];
        Array.Fill(ones, 1f);
        return TensorValue.Copy<float>(ones, shape);
    }
}
