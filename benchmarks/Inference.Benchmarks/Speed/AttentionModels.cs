using Inference.Onnx;

namespace Inference.Benchmarks.Speed;

/// <summary>Models of one attention of 8 heads of 64 over all positions, written out or as one operator.</summary>
internal static class AttentionModels
{
    public const int Heads = 8;
    public const int Depth = 64;
    public const int Block = 64;

    /// <summary>softmax(Q × Kᵀ / 8 + M) × V in single operators; M is constant, 0 where <paramref name="sees"/>, else −10,000. Inputs [1, heads, length, depth].</summary>
    public static byte[] Written(int length, Func<int, int, bool>? sees)
    {
        OnnxModel model = Model(17);
        foreach (string name in (string[])["q", "k", "v"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, Heads, length, Depth)));
        }

        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1, Heads, length, Depth)));
        var transpose = new OnnxNode("Transpose", ["k"], ["kt"]);
        transpose.SetAttribute(OnnxAttribute.FromInts("perm", 0, 1, 3, 2));
        model.Graph.Initializers.Add(OnnxTensor.Create("scale", [1f / MathF.Sqrt(Depth)]));
        model.Graph.Nodes.AddRange([transpose, new("MatMul", ["q", "kt"], ["s"]), new("Mul", ["s", "scale"], ["scaled"])]);
        if (sees is not null)
        {
            float[] mask = new float[length * length];
            for (int i = 0; i < mask.Length; i++)
            {
                mask[i] = sees(i / length, i % length) ? 0f : -10_000f;
            }

            model.Graph.Initializers.Add(OnnxTensor.Create<float>("m", mask, 1, 1, length, length));
            model.Graph.Nodes.Add(new("Add", ["scaled", "m"], ["masked"]));
        }

        model.Graph.Nodes.AddRange([new("Softmax", [sees is null ? "scaled" : "masked"], ["p"]), new("MatMul", ["p", "v"], ["y"])]);
        return model.ToArray();
    }

    /// <summary>Attention of opset 23 over inputs [1, heads, length, depth].</summary>
    public static byte[] Standard(int length, bool isCausal)
    {
        OnnxModel model = Model(23);
        foreach (string name in (string[])["q", "k", "v", "y"])
        {
            (name == "y" ? model.Graph.Outputs : model.Graph.Inputs).Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, Heads, length, Depth)));
        }

        var node = new OnnxNode("Attention", ["q", "k", "v"], ["y"]);
        node.SetAttribute("is_causal", isCausal ? 1L : 0L);
        model.Graph.Nodes.Add(node);
        return model.ToArray();
    }

    /// <summary>com.microsoft GroupQueryAttention over q, k and v [1, rows, heads · depth]: a prompt, or a step of one row after a past kp, vp [1, heads, length − 1, depth].</summary>
    public static byte[] GroupQuery(int length, int window, bool isStep)
    {
        OnnxModel model = Model(17);
        int rows = isStep ? 1 : length;
        AddPacked(model, rows);
        if (isStep)
        {
            foreach (string name in (string[])["kp", "vp"])
            {
                model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, Heads, length - 1, Depth)));
            }
        }

        model.Graph.Initializers.Add(OnnxTensor.Create("last", [length - 1], [1L]));
        model.Graph.Initializers.Add(OnnxTensor.Create("total", [length], [1L]));
        OnnxNode node = Microsoft("GroupQueryAttention", isStep ? ["q", "k", "v", "kp", "vp", "last", "total"] : ["q", "k", "v", "", "", "last", "total"]);
        node.SetAttribute("local_window_size", (long)window);
        return With(model, node, length);
    }

    /// <summary>com.microsoft SparseAttention of a prompt, over blocks of 64 that <paramref name="sees"/> names.</summary>
    public static byte[] Sparse(int length, Func<int, int, bool> sees)
    {
        OnnxModel model = Model(17);
        AddPacked(model, length);
        foreach (string name in (string[])["kp", "vp"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, Heads, length, Depth)));
        }

        var rows = new List<int> { 0 };
        var columns = new List<int>();
        for (int r = 0; r < length / Block; r++)
        {
            columns.AddRange(Enumerable.Range(0, r + 1).Where(c => sees(r, c)));
            rows.Add(columns.Count);
        }

        model.Graph.Initializers.Add(OnnxTensor.Create("rows", rows.ToArray(), [1L, rows.Count]));
        model.Graph.Initializers.Add(OnnxTensor.Create("columns", columns.ToArray(), [1L, columns.Count]));
        model.Graph.Initializers.Add(OnnxTensor.Create("total", [length], [1L]));
        OnnxNode node = Microsoft("SparseAttention", ["q", "k", "v", "kp", "vp", "rows", "columns", "total", "total"]);
        node.SetAttribute("sparse_block_size", (long)Block);
        return With(model, node, length);
    }

    private static void AddPacked(OnnxModel model, int rows)
    {
        foreach (string name in (string[])["q", "k", "v", "y"])
        {
            (name == "y" ? model.Graph.Outputs : model.Graph.Inputs).Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, rows, Heads * Depth)));
        }
    }

    private static OnnxNode Microsoft(string op, string[] inputs)
    {
        var node = new OnnxNode(op, inputs, ["y", "pk", "pv"], "com.microsoft", "attention");
        node.SetAttribute("num_heads", (long)Heads);
        node.SetAttribute("kv_num_heads", (long)Heads);
        return node;
    }

    private static byte[] With(OnnxModel model, OnnxNode node, int length)
    {
        model.Graph.Nodes.Add(node);
        foreach (string name in (string[])["pk", "pv"])
        {
            model.Graph.Outputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, Heads, length, Depth)));
        }

        return model.ToArray();
    }

    private static OnnxModel Model(int opset)
    {
        var model = new OnnxModel { IrVersion = opset >= 23 ? 10 : 8, ProducerName = "benchmarks" };
        model.Graph.Name = "attention";
        model.OperatorSets.Add(new OnnxOperatorSet("", opset));
        model.OperatorSets.Add(new OnnxOperatorSet("com.microsoft", 1));
        return model;
    }
}
