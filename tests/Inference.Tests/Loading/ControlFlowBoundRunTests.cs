using Inference.Onnx;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>Bound runs of models with inner graphs allocate nothing once they are warm, and compute what other runs do.</summary>
public sealed class ControlFlowBoundRunTests
{
    private static readonly OnnxType s_vector = OnnxType.Tensor(OnnxElementType.Float32, 4);

    [Theory]
    [InlineData("if")]
    [InlineData("if of two shapes")]
    [InlineData("if of a captured value")]
    [InlineData("loop")]
    [InlineData("loop that stacks")]
    [InlineData("loop that runs zero times")]
    [InlineData("loop with an if")]
    [InlineData("loop in a loop")]
    [InlineData("scan")]
    [InlineData("shapes by values")]
    public void Run_AfterWarmUp_AllocatesNothing(string kind)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Build(kind).ToArray()), new ModelLoadOptions { Threads = 1 });
        float[] x = [1f, -2f, 3f, 0.5f];
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Borrow<float>(x, [4]));
        bool hasCount = runner.Info.Inputs.Any(i => i.Name == "n");
        long[] count = [kind.EndsWith("zero times", StringComparison.Ordinal) ? 0 : 5];
        if (hasCount)
        {
            bound.SetInput("n", TensorValue.Borrow<long>(count, []));
        }

        Assert.Equal(0, ManagedBytes.Of(() => bound.Run()));
        foreach (float sign in (ReadOnlySpan<float>)[1f, -1f, 1f])
        {
            x[0] = sign * 1.5f;
            x[1] = sign;
            bound.Run();
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(x, [4]) };
            if (hasCount)
            {
                inputs["n"] = TensorValue.Copy<long>(count, []);
            }

            using NamedValues expected = runner.Run(inputs);
            TensorValue y = bound.GetOutput("y");
            Assert.Equal(expected["y"].Shape.ToArray(), y.Shape.ToArray());
            Assert.Equal(expected["y"].AsSpan<float>().ToArray(), y.AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public void Run_BranchesOfTwoShapesInTurn_AllocatesNothing()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Build("if of two shapes in a sum").ToArray()), new ModelLoadOptions { Threads = 1 });
        float[] x = [1f, -2f, 3f, 0.5f];
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Borrow<float>(x, [4]));
        var seen = new HashSet<float>();
        Assert.Equal(0, ManagedBytes.Of(() =>
        {
            x[0] = -x[0];
            bound.Run();
            seen.Add(bound.GetOutput("y").AsSpan<float>()[0]);
        }));
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Run_LoopWhoseStackedItemsChangeTheirShape_SaysSo()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Growing().ToArray()), new ModelLoadOptions { Threads = 1 });
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1f], [1]), ["n"] = TensorValue.Copy<long>([3], []) };
        Assert.Contains("expected float32[1] from every iteration, got float32[2] from iteration 1", Assert.ThrowsAny<InferenceException>(() => runner.Run(inputs)).Message, StringComparison.Ordinal);
    }

    private static OnnxModel Build(string kind)
    {
        OnnxModel model = SmallModels.Model(17);
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new("x", s_vector));
        graph.Initializers.Add(OnnxTensor.Create("zero", [0f], []));
        graph.Initializers.Add(OnnxTensor.Create("index", [0L], []));
        switch (kind)
        {
            case "if" or "if of two shapes" or "if of a captured value" or "if of two shapes in a sum":
                AddPositive(graph);
                OnnxGraph then = Branch("then", kind == "if of a captured value" ? [new("Identity", ["x"], ["t"])] : [new("Neg", ["x"], ["t"])], "t");
                OnnxGraph other = kind.StartsWith("if of two shapes", StringComparison.Ordinal)
                    ? Branch("else", [new("Concat", ["x", "x"], ["e"]) { Attributes = { OnnxAttribute.FromInt("axis", 0) } }], "e")
                    : Branch("else", [new("Abs", ["x"], ["e"])], "e");
                bool sums = kind.EndsWith("sum", StringComparison.Ordinal);
                graph.Nodes.Add(new("If", ["positive"], [sums ? "b" : "y"]) { Attributes = { OnnxAttribute.FromGraph("then_branch", then), OnnxAttribute.FromGraph("else_branch", other) } });
                if (sums)
                {
                    graph.Nodes.Add(new("ReduceSum", ["b"], ["y"]) { Attributes = { OnnxAttribute.FromInt("keepdims", 0) } });
                }

                graph.Outputs.Add(new("y", sums ? OnnxType.Tensor(OnnxElementType.Float32) : kind == "if of two shapes" ? OnnxType.Tensor(OnnxElementType.Float32, "l") : s_vector));
                break;
            case "scan":
                OnnxGraph step = Body("step", [("s", OnnxType.Tensor(OnnxElementType.Float32)), ("i", OnnxType.Tensor(OnnxElementType.Float32))], [new("Add", ["s", "i"], ["t"]), new("Neg", ["t"], ["o"])], ["t", "o"]);
                graph.Nodes.Add(new("Scan", ["zero", "x"], ["last", "y"]) { Attributes = { OnnxAttribute.FromInt("num_scan_inputs", 1), OnnxAttribute.FromGraph("body", step) } });
                graph.Outputs.Add(new("y", s_vector));
                break;
            case "shapes by values":
                // Where x is positive: as many as the values say.
                graph.Nodes.AddRange([new("Greater", ["x", "zero"], ["mask"]), new("Compress", ["x", "mask"], ["some"]), new("Neg", ["some"], ["n1"]), new("Abs", ["n1"], ["y"])]);
                graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "l")));
                break;
            default:
                graph.Inputs.Add(new("n", OnnxType.Tensor(OnnxElementType.Int64)));
                OnnxNode[] nodes = kind switch
                {
                    "loop with an if" =>
                    [
                        new("Gather", ["v", "index"], ["first"]), new("Greater", ["first", "zero"], ["positive"]),
                        new("If", ["positive"], ["w"])
                        {
                            Attributes = { OnnxAttribute.FromGraph("then_branch", Branch("then", [new("Neg", ["v"], ["t"])], "t")), OnnxAttribute.FromGraph("else_branch", Branch("else", [new("Sub", ["zero", "v"], ["e0"]), new("Add", ["e0", "e0"], ["e"])], "e")) },
                        },
                    ],
                    "loop in a loop" =>
                    [
                        new("Loop", ["n", "", "v"], ["w"])
                        {
                            Attributes = { OnnxAttribute.FromGraph("body", Body("inner", [("j", OnnxType.Tensor(OnnxElementType.Int64)), ("d", OnnxType.Tensor(OnnxElementType.Bool)), ("u", s_vector)], [new("Identity", ["d"], ["d2"]), new("Cos", ["u"], ["u2"])], ["d2", "u2"])) },
                        },
                    ],
                    _ => [new("Cos", ["v"], ["w"])],
                };
                bool stacks = kind == "loop that stacks";
                OnnxGraph body = Body(
                    "body", [("i", OnnxType.Tensor(OnnxElementType.Int64)), ("c", OnnxType.Tensor(OnnxElementType.Bool)), ("v", s_vector)],
                    [new("Identity", ["c"], ["c2"]), .. nodes, .. stacks ? [new OnnxNode("Neg", ["w"], ["item"])] : Array.Empty<OnnxNode>()], stacks ? ["c2", "w", "item"] : ["c2", "w"]);
                graph.Nodes.Add(new("Loop", ["n", "", "x"], stacks ? ["final", "y"] : ["y"]) { Attributes = { OnnxAttribute.FromGraph("body", body) } });
                graph.Outputs.Add(new("y", stacks ? OnnxType.Tensor(OnnxElementType.Float32, "l", 4) : s_vector));
                break;
        }

        return model;
    }

    // A body that doubles what it carries, and stacks it.
    private static OnnxModel Growing()
    {
        OnnxModel model = SmallModels.Model(17);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "l")));
        model.Graph.Inputs.Add(new("n", OnnxType.Tensor(OnnxElementType.Int64)));
        OnnxGraph body = Body(
            "body", [("i", OnnxType.Tensor(OnnxElementType.Int64)), ("c", OnnxType.Tensor(OnnxElementType.Bool)), ("v", OnnxType.Tensor(OnnxElementType.Float32, "m"))],
            [new("Identity", ["c"], ["c2"]), new("Concat", ["v", "v"], ["w"]) { Attributes = { OnnxAttribute.FromInt("axis", 0) } }, new("Neg", ["v"], ["item"])], ["c2", "w", "item"]);
        model.Graph.Nodes.Add(new("Loop", ["n", "", "x"], ["final", "y"]) { Attributes = { OnnxAttribute.FromGraph("body", body) } });
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "k", "l")));
        return model;
    }

    private static void AddPositive(OnnxGraph graph) => graph.Nodes.AddRange([new("Gather", ["x", "index"], ["first"]), new("Greater", ["first", "zero"], ["positive"])]);

    private static OnnxGraph Branch(string name, OnnxNode[] nodes, string output)
    {
        var graph = new OnnxGraph { Name = name };
        graph.Nodes.AddRange(nodes);
        graph.Outputs.Add(new(output, null));
        return graph;
    }

    private static OnnxGraph Body(string name, (string Name, OnnxType Type)[] inputs, OnnxNode[] nodes, string[] outputs)
    {
        OnnxGraph graph = Branch(name, nodes, outputs[0]);
        graph.Inputs.AddRange(inputs.Select(i => new OnnxValueInfo(i.Name, i.Type)));
        graph.Outputs.AddRange(outputs.Skip(1).Select(o => new OnnxValueInfo(o, null)));
        return graph;
    }
}
