using Inference.Import;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

/// <summary>An operator behind a convolution that changes nothing gives what it gives alone, and the region goes on through it.</summary>
public sealed class LayoutRegionTests
{
    private const int Batch = 2;
    private const int Channels = 6;
    private const int Height = 4;
    private const int Width = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(-3)]
    [InlineData(2)]
    [InlineData(0)]
    public void Slice_OfAnyAxis_StaysInside(int axis) => Check(model =>
    {
        Integers(model, "starts", 1);
        Integers(model, "ends", 1000);
        Integers(model, "axes", axis);
        Integers(model, "steps", 2);
        model.Graph.Nodes.Add(new("Slice", ["c", "starts", "ends", "axes", "steps"], ["y"]));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Split_OfAnyAxis_StaysInside(int axis) => Check(
        model =>
        {
            Integers(model, "parts", 2, axis == 1 ? Channels - 2 : Width - 2);
            var node = new OnnxNode("Split", ["c", "parts"], ["z", "y"]);
            node.SetAttribute("axis", (long)axis);
            model.Graph.Nodes.Add(node);
            model.Graph.Outputs.Add(new("z", OnnxType.Tensor(OnnxElementType.Float32, "a", "b", "c", "d")));
        },
        transposes: 3);

    [Theory]
    [InlineData("nearest")]
    [InlineData("linear")]
    public void Resize_ByScales_StaysInside(string mode) => Check(model =>
    {
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("scales", [1f, 1f, 2f, 1.5f], 4));
        var node = new OnnxNode("Resize", ["c", "", "scales"], ["y"]);
        node.SetAttribute("mode", mode);
        model.Graph.Nodes.Add(node);
    });

    [Fact]
    public void Resize_BySizes_StaysInside() => Check(model =>
    {
        Integers(model, "sizes", Batch, Channels, 7, 9);
        model.Graph.Nodes.Add(new("Resize", ["c", "", "", "sizes"], ["y"]));
    });

    [Fact]
    public void Pad_StaysInside() => Check(model =>
    {
        Integers(model, "pads", 0, 1, 2, 0, 0, 0, 1, 3);
        model.Graph.Nodes.Add(new("Pad", ["c", "pads"], ["y"]));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0)]
    public void Softmax_OfAnyAxis_StaysInside(int axis) => Check(model =>
    {
        var node = new OnnxNode("Softmax", ["c"], ["y"]);
        node.SetAttribute("axis", (long)axis);
        model.Graph.Nodes.Add(node);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Shuffle_ThroughFiveAxes_StaysInside(int groups) => Check(
        model =>
        {
            Integers(model, "split", Batch, groups, Channels / groups, Height, Width);
            Integers(model, "joined", Batch, Channels, Height, Width);
            model.Graph.Nodes.Add(new("Reshape", ["c", "split"], ["r"]));
            Transpose(model, "r", "t", 0, 2, 1, 3, 4);
            model.Graph.Nodes.Add(new("Reshape", ["t", "joined"], ["y"]));
        },
        transposes: 3);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, -2)]
    public void Shuffle_IntoHalves_StaysInside(int first, int second) => Check(model =>
    {
        Integers(model, "pairs", Batch * Channels / 2, 2, Height * Width);
        Integers(model, "halves", 2, Batch, Channels / 2, Height, Width);
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("first", [first]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("second", [second]));
        model.Graph.Nodes.Add(new("Reshape", ["c", "pairs"], ["r"]));
        Transpose(model, "r", "t", 1, 0, 2);
        model.Graph.Nodes.Add(new("Reshape", ["t", "halves"], ["h"]));
        model.Graph.Nodes.Add(new("Gather", ["h", "first"], ["a"]));
        model.Graph.Nodes.Add(new("Gather", ["h", "second"], ["b"]));
        var node = new OnnxNode("Concat", ["a", "b"], ["y"]);
        node.SetAttribute("axis", 1L);
        model.Graph.Nodes.Add(node);
    });

    private static void Integers(OnnxModel model, string name, params long[] values) => model.Graph.Initializers.Add(OnnxTensor.Create<long>(name, values, values.Length));

    private static void Transpose(OnnxModel model, string from, string to, params long[] perm)
    {
        var node = new OnnxNode("Transpose", [from], [to]);
        node.SetAttribute("perm", perm);
        model.Graph.Nodes.Add(node);
    }

    private static void Check(Action<OnnxModel> add, int transposes = 2)
    {
        float[] x = [.. Enumerable.Range(0, Batch * Channels * Height * Width).Select(i => ((i * 37) % 101) / 16f)];
        Dictionary<string, float[]> alone = Run(Model(add, convolution: false), x);
        OnnxModel region = Model(add, convolution: true);
        foreach ((string name, float[] values) in Run(region, x))
        {
            Assert.Equal(alone[name].Length, values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal(alone[name][i], values[i], 1e-6f);
            }
        }

        ModelGraph graph = ModelImporter.Import(region).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        Assert.Equal(transposes, graph.Nodes.Count(n => n.OpType == "Transpose"));
    }

    private static OnnxModel Model(Action<OnnxModel> add, bool convolution)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, Batch, Channels, Height, Width)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", "m", "k", "l")));
        var unit = new float[Channels * Channels];
        for (int i = 0; i < Channels; i++)
        {
            unit[i * (Channels + 1)] = 1f;
        }

        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", unit, Channels, Channels, 1, 1));
        model.Graph.Nodes.Add(convolution ? new("Conv", ["x", "W"], ["c"]) : new("Neg", ["x"], ["q"]));
        if (!convolution)
        {
            model.Graph.Nodes.Add(new("Neg", ["q"], ["c"]));
        }

        add(model);
        return model;
    }

    private static Dictionary<string, float[]> Run(OnnxModel model, float[] x)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["x"] = TensorValue.Borrow<float>(x, [Batch, Channels, Height, Width]) };
        using NamedValues outputs = runner.Run(inputs);
        return outputs.ToDictionary(o => o.Key, o => ((TensorValue)o.Value).AsSpan<float>().ToArray());
    }
}
