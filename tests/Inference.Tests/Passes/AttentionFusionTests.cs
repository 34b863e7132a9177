using Inference.Import;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

public sealed class AttentionFusionTests
{
    private const int Heads = 2;
    private const int Depth = 3;

    [Fact]
    public void Run_OnAMaskThatWidensTheScores_LeavesThemApart()
    {
        OnnxModel model = SmallModels.Model(17);
        foreach (string name in (string[])["q", "k", "v"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, 2, 3, 4)));
        }

        model.Graph.Inputs.Add(new("m", OnnxType.Tensor(OnnxElementType.Float32, "batch", 1, 1, 3)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", 2, 3, 4)));
        var transpose = new OnnxNode("Transpose", ["k"], ["kt"]);
        transpose.SetAttribute(OnnxAttribute.FromInts("perm", 0, 1, 3, 2));
        model.Graph.Nodes.AddRange([transpose, new("MatMul", ["q", "kt"], ["s"]), new("Add", ["s", "m"], ["a"]), new("Softmax", ["a"], ["p"]), new("MatMul", ["p", "v"], ["y"])]);
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["m"] = TensorValue.Copy<float>([0f, 0f, 0f, 50f, 0f, 0f], [2, 1, 1, 3]) };
        foreach (string name in (string[])["q", "k", "v"])
        {
            inputs[name] = TensorValue.Copy<float>(Numbers(24, 1), [1, 2, 3, 4]);
        }

        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([2, 2, 3, 4], outputs["y"].Shape.ToArray());
        ReadOnlySpan<float> v = inputs["v"].AsSpan<float>();
        Assert.Equal(v[0], outputs["y"].AsSpan<float>()[24], 1e-4f);
    }

    [Theory]
    [InlineData("scores", "row")]
    [InlineData("scores", "one")]
    [InlineData("query", "full")]
    [InlineData("none", "none")]
    public void Run_OnAttentionWrittenOut_MakesOneNodeOfTheSameValues(string scale, string mask)
    {
        OnnxModel model = Model(scale, mask);
        byte[] bytes = model.ToArray();
        ModelGraph graph = ModelImporter.Import(OnnxModel.Read(bytes)).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        Node node = Assert.Single(graph.Nodes);
        Assert.Equal((Domains.Fused, "Attention"), (node.Domain, node.OpType));

        const int Batch = 2;
        const int Rows = 5;
        float[] q = Numbers(Batch * Rows * Heads * Depth, 1);
        float[] k = Numbers(q.Length, 2);
        float[] v = Numbers(q.Length, 3);
        int maskHeads = mask == "full" ? Heads : 1;
        int maskRows = mask == "full" ? Rows : 1;
        int maskKeys = mask == "one" ? 1 : Rows;
        float[] m = Numbers(Batch * maskHeads * maskRows * maskKeys, 4);
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes));
        long[] shape = [Batch, Rows, Heads, Depth];
        using var inputs = new NamedValues
        {
            ["q"] = TensorValue.Copy<float>(q, shape),
            ["k"] = TensorValue.Copy<float>(k, shape),
            ["v"] = TensorValue.Copy<float>(v, shape),
        };
        if (mask != "none")
        {
            inputs["m"] = TensorValue.Copy<float>(m, [Batch, maskHeads, maskRows, maskKeys]);
        }

        using NamedValues outputs = runner.Run(inputs);
        ReadOnlySpan<float> y = outputs["y"].AsSpan<float>();
        double factor = scale == "none" ? 1 : 0.5;
        var scores = new double[Rows];
        for (int b = 0; b < Batch; b++)
        {
            for (int h = 0; h < Heads; h++)
            {
                for (int i = 0; i < Rows; i++)
                {
                    for (int j = 0; j < Rows; j++)
                    {
                        double sum = 0;
                        for (int d = 0; d < Depth; d++)
                        {
                            sum += (double)q[At(b, i, h, d)] * k[At(b, j, h, d)];
                        }

                        int position = (((((b * maskHeads) + (h % maskHeads)) * maskRows) + (i % maskRows)) * maskKeys) + (j % maskKeys);
                        scores[j] = Math.Exp((sum * factor) + (mask == "none" ? 0 : m[position]));
                    }

                    for (int d = 0; d < Depth; d++)
                    {
                        double want = Enumerable.Range(0, Rows).Sum(j => scores[j] / scores.Sum() * v[At(b, j, h, d)]);
                        Assert.Equal(want, y[At(b, i, h, d)], 1e-5);
                    }
                }
            }
        }

        static int At(int b, int row, int h, int d) => (((((b * Rows) + row) * Heads) + h) * Depth) + d;
    }

    [Fact]
    public void Run_WhereTheScoresAreAnOutput_KeepsThem()
    {
        OnnxModel model = Model("scores", "none");
        model.Graph.Outputs.Add(new("p", OnnxType.Tensor(OnnxElementType.Float32, "n", Heads, "s", "s")));
        ModelGraph graph = ModelImporter.Import(OnnxModel.Read(model.ToArray())).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        Assert.Contains(graph.Nodes, n => n.OpType == "Softmax");
    }

    [Fact]
    public void Run_SoftmaxOverAnotherAxis_StaysAsItIs()
    {
        OnnxModel model = Model("scores", "none");
        model.Graph.Nodes.Single(n => n.OpType == "Softmax").SetAttribute("axis", 2L);
        ModelGraph graph = ModelImporter.Import(OnnxModel.Read(model.ToArray())).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        Assert.Contains(graph.Nodes, n => n.OpType == "Softmax");
    }

    private static OnnxModel Model(string scale, string mask)
    {
        OnnxModel model = SmallModels.Model(17);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("half", [0.5f]));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("two", [2f]));
        foreach (string name in (string[])["q", "k", "v"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, "n", "s", Heads, Depth)));
        }

        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", "s", Heads, Depth)));
        AddTranspose(model, "q", "qt", 0, 2, 1, 3);
        AddTranspose(model, "k", "kt", 0, 2, 3, 1);
        AddTranspose(model, "v", "vt", 0, 2, 1, 3);
        string query = "qt";
        if (scale == "query")
        {
            model.Graph.Nodes.Add(new("Mul", ["qt", "half"], ["qs"]));
            query = "qs";
        }

        model.Graph.Nodes.Add(new("MatMul", [query, "kt"], ["s0"]));
        string scores = "s0";
        if (scale == "scores")
        {
            model.Graph.Nodes.Add(new("Div", ["s0", "two"], ["s1"]));
            scores = "s1";
        }

        if (mask != "none")
        {
            model.Graph.Inputs.Add(new("m", OnnxType.Tensor(OnnxElementType.Float32, "n", mask == "full" ? Heads : 1, mask == "full" ? "s" : 1, mask == "one" ? 1 : "s")));
            model.Graph.Nodes.Add(new("Add", [scores, "m"], ["s2"]));
            scores = "s2";
        }

        var softmax = new OnnxNode("Softmax", [scores], ["p"]);
        softmax.SetAttribute("axis", -1L);
        model.Graph.Nodes.Add(softmax);
        model.Graph.Nodes.Add(new("MatMul", ["p", "vt"], ["yt"]));
        AddTranspose(model, "yt", "y", 0, 2, 1, 3);
        return model;
    }

    private static void AddTranspose(OnnxModel model, string input, string output, params long[] perm)
    {
        var node = new OnnxNode("Transpose", [input], [output]);
        node.SetAttribute("perm", perm);
        model.Graph.Nodes.Add(node);
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return numbers;
    }
}
