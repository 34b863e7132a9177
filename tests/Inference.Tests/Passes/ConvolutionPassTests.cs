using Inference.Import;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

public sealed class ConvolutionPassTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_OnAConstantForEachChannel_MakesItTheBias(int rankMissing)
    {
        OnnxModel model = Image(3, 5);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("c", [1f, 2f, 3f, 4f, 5f], rankMissing == 1 ? [5, 1, 1] : [1, 5, 1, 1]));
        model.Graph.Nodes.Add(new("Conv", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["c", "m"], ["y"]));
        Node conv = Assert.Single(Optimized(model).Nodes, n => n.OpType != "Transpose");
        Assert.Equal([1f, 2f, 3f, 4f, 5f], conv.Inputs[2]!.Constant!.Span<float>().ToArray());
    }

    [Fact]
    public void Run_OnAConstantForEachColumn_KeepsTheAdd()
    {
        OnnxModel model = Image(3, 5);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("c", [1f, 2f, 3f, 4f, 5f], 5));
        model.Graph.Nodes.Add(new("Conv", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "c"], ["y"]));
        Assert.Contains(Optimized(model).Nodes, n => n.OpType == "Add");
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(5, 0)]
    public void Run_OnTheFirstConvolution_ReadsFewPlanesInPlace(int channels, int planar)
    {
        OnnxModel model = Image(channels, 4);
        model.Graph.Nodes.Add(new("Conv", ["x", "W"], ["y"]));
        ModelGraph graph = Optimized(model);
        Node conv = Assert.Single(graph.Nodes, n => n.OpType == "NhwcConv");
        Assert.Equal(planar, conv.Attributes.Int("planar", 0));
        Assert.Equal(2 - planar, graph.Nodes.Count(n => n.OpType == "Transpose"));
    }

    [Theory]
    [InlineData("divide last")]
    [InlineData("divide gate")]
    [InlineData("multiply last")]
    [InlineData("hard sigmoid")]
    public void Run_OnHardSwishWrittenOut_GoesIntoTheConvolution(string form)
    {
        OnnxModel model = Image(3, 4);
        foreach ((string name, float value) in ((string, float)[])[("three", 3f), ("zero", 0f), ("six", 6f), ("sixth", 1f / 6f)])
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, [value]));
        }

        model.Graph.Nodes.Add(new("Conv", ["x", "W"], ["m"]));
        if (form == "hard sigmoid")
        {
            var node = new OnnxNode("HardSigmoid", ["m"], ["g"]);
            node.SetAttribute("alpha", 1f / 6f);
            node.SetAttribute("beta", 0.5f);
            model.Graph.Nodes.Add(node);
            model.Graph.Nodes.Add(new("Mul", ["g", "m"], ["y"]));
        }
        else
        {
            model.Graph.Nodes.Add(new("Add", ["three", "m"], ["a"]));
            model.Graph.Nodes.Add(new("Clip", ["a", "zero", "six"], ["g"]));
            if (form == "divide gate")
            {
                model.Graph.Nodes.Add(new("Div", ["g", "six"], ["h"]));
                model.Graph.Nodes.Add(new("Mul", ["m", "h"], ["y"]));
            }
            else
            {
                model.Graph.Nodes.Add(new("Mul", ["m", "g"], ["p"]));
                model.Graph.Nodes.Add(form == "divide last" ? new("Div", ["p", "six"], ["y"]) : new("Mul", ["sixth", "p"], ["y"]));
            }
        }

        Node conv = Assert.Single(Optimized(model).Nodes, n => n.OpType != "Transpose");
        Assert.Equal("HardSwish", conv.Attributes.Items["activation"].ToString());
    }

    [Theory]
    [InlineData(3f, 0f, 5f)]
    [InlineData(2f, 0f, 6f)]
    [InlineData(3f, -1f, 6f)]
    public void Run_OnAlmostHardSwish_LeavesIt(float offset, float low, float high)
    {
        OnnxModel model = Image(3, 4);
        foreach ((string name, float value) in ((string, float)[])[("offset", offset), ("low", low), ("high", high), ("six", 6f)])
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, [value]));
        }

        model.Graph.Nodes.Add(new("Conv", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "offset"], ["a"]));
        model.Graph.Nodes.Add(new("Clip", ["a", "low", "high"], ["g"]));
        model.Graph.Nodes.Add(new("Mul", ["m", "g"], ["p"]));
        model.Graph.Nodes.Add(new("Div", ["p", "six"], ["y"]));
        Assert.Contains(Optimized(model).Nodes, n => n.OpType == "Clip");
    }

    [Fact]
    public void Run_OnABatchNormThatStandsAlone_ScalesChannelsAndTakesTheRelu()
    {
        OnnxModel model = Image(3, 5);
        foreach ((string name, float[] values) in ((string, float[])[])[("scale", [2f, 3f, 4f]), ("shift", [1f, 1f, 0f]), ("mean", [0f, 2f, 1f]), ("var", [4f, 1f, 0.25f])])
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, values, 3));
        }

        var norm = new OnnxNode("BatchNormalization", ["x", "scale", "shift", "mean", "var"], ["n"]);
        norm.SetAttribute("epsilon", 0f);
        model.Graph.Nodes.Add(norm);
        model.Graph.Nodes.Add(new("Relu", ["n"], ["r"]));
        model.Graph.Nodes.Add(new("Conv", ["r", "W"], ["y"]));
        Node[] convs = [.. Optimized(model).Nodes.Where(n => n.OpType != "Transpose")];
        Assert.Equal(2, convs.Length);
        Assert.Equal("Relu", convs[0].Attributes.Items["activation"].ToString());
        Assert.Equal(3, convs[0].Attributes.Int("group", 1));
        Assert.Equal([1f, 3f, 8f], convs[0].Inputs[1]!.Constant!.Span<float>().ToArray());
        Assert.Equal([1f, -5f, -8f], convs[0].Inputs[2]!.Constant!.Span<float>().ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_OnABatchNormBehindAGemm_ScalesItsColumns(bool transposed)
    {
        OnnxModel model = SmallModels.Model(15);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 3)));
        model.Graph.Initializers.Add(transposed ? OnnxTensor.Create<float>("W", [1f, 4f, 2f, 5f, 3f, 6f], 3, 2) : OnnxTensor.Create<float>("W", [1f, 2f, 3f, 4f, 5f, 6f], 2, 3));
        foreach ((string name, float[] values) in ((string, float[])[])[("B", [1f, 2f, 3f]), ("scale", [2f, 3f, 4f]), ("shift", [1f, 1f, 0f]), ("mean", [0f, 2f, 1f]), ("var", [4f, 1f, 0.25f])])
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, values, 3));
        }

        var gemm = new OnnxNode("Gemm", ["x", "W", "B"], ["g"]);
        gemm.SetAttribute("transB", transposed ? 1L : 0L);
        model.Graph.Nodes.Add(gemm);
        var norm = new OnnxNode("BatchNormalization", ["g", "scale", "shift", "mean", "var"], ["y"]);
        norm.SetAttribute("epsilon", 0f);
        model.Graph.Nodes.Add(norm);
        Node node = Assert.Single(Optimized(model).Nodes);
        Assert.Equal(transposed ? [1f, 4f, 6f, 15f, 24f, 48f] : [1f, 6f, 24f, 4f, 15f, 48f], node.Inputs[1]!.Constant!.Span<float>().ToArray());
        Assert.Equal([2f, 1f, 16f], node.Inputs[2]!.Constant!.Span<float>().ToArray());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Run_OnAPad_RemovesItWhereItAddsNothing(long last, int left)
    {
        OnnxModel model = Image(3, 5);
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("pads", [0, 0, 0, 0, 0, 0, 0, last], 8));
        model.Graph.Nodes.Add(new("Pad", ["x", "pads"], ["p"]));
        model.Graph.Nodes.Add(new("Conv", ["p", "W"], ["y"]));
        if (last > 0)
        {
            model.Graph.Outputs[0] = new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 5, 5, 6));
        }

        Assert.Equal(left, Optimized(model).Nodes.Count(n => n.OpType == "Pad"));
    }

    private static OnnxModel Image(int channels, int outChannels)
    {
        OnnxModel model = SmallModels.Model(14);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", new float[outChannels * channels * 9], outChannels, channels, 3, 3));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", channels, 7, 7)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", outChannels, 5, 5)));
        return model;
    }

    private static ModelGraph Optimized(OnnxModel model)
    {
        ModelGraph graph = ModelImporter.Import(model).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        return graph;
    }
}
