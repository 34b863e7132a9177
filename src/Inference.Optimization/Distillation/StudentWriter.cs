using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Distillation;

/// <summary>Writes a student as plain ONNX with the teacher's inputs and outputs. Standardization of inputs is folded into the first layer, that of outputs into the last.</summary>
internal static class StudentWriter
{
    public static OnnxModel Write(StudentNetwork network, StudentFeatures features, OnnxModel teacher, StudentContract contract)
    {
        var model = new OnnxModel { IrVersion = 7, ProducerName = "Inference" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        OnnxGraph graph = model.Graph;
        graph.Name = "student";
        graph.Inputs.AddRange(teacher.Graph.Inputs.Where(i => features.Numeric.Concat(features.Categorical).Any(f => f.Name == i.Name)));
        graph.Outputs.AddRange(teacher.Graph.Outputs.Where(o => contract.Heads.Any(h => h.Name == o.Name) || contract.Labels.Any(l => l.Name == o.Name)));
        var editor = new GraphEditor(model);
        var parts = new List<string>();
        foreach ((string name, int width) in features.Numeric)
        {
            parts.Add(Node(editor, "Reshape", [name, Ints(editor, -1, width)]));
        }

        List<string> embeddings = Embeddings(editor, network, features);
        parts.AddRange(embeddings);
        if (network.Interactions > 0)
        {
            parts.Add(Interactions(editor, network, embeddings));
        }

        string value = parts.Count == 1 ? parts[0] : Node(editor, "Concat", [.. parts], n => n.SetAttribute("axis", 1L));
        for (int l = 0; l < network.Layers; l++)
        {
            (float[] weights, float[] bias) = Layer(network, features, contract, l);
            string w = editor.AddFloats("w", weights, network.Widths[l + 1], network.Widths[l]);
            string b = editor.AddFloats("b", bias, bias.Length);
            value = Node(editor, "Gemm", [value, w, b], n => n.SetAttribute("transB", 1L));
            if (l < network.Layers - 1)
            {
                value = Node(editor, "Relu", [value]);
            }
        }

        foreach (StudentHead head in contract.Heads)
        {
            Head(editor, contract, head, value);
        }

        return model;
    }

    private static void Head(GraphEditor editor, StudentContract contract, StudentHead head, string value)
    {
        if (contract.Heads.Count > 1)
        {
            value = Node(editor, "Slice", [value, Ints(editor, head.Start), Ints(editor, head.Start + head.Width), Ints(editor, 1)]);
        }

        if (head.Probabilities)
        {
            value = head.Loss == StudentLoss.BinaryCrossEntropy ? Node(editor, "Sigmoid", [value]) : Node(editor, "Softmax", [value], n => n.SetAttribute("axis", 1L));
        }

        foreach (StudentLabel label in contract.Labels.Where(l => l.Scores == head.Name))
        {
            string best = Node(editor, "ArgMax", [value], n => n.SetAttribute("axis", 1L).SetAttribute("keepdims", 0L));
            string name = Node(editor, "Gather", [Ints(editor, label.Classes), best]);
            End(editor, name, OnnxElementType.Int64, label.Type, 0, label.RowShape, label.Name);
        }

        End(editor, value, OnnxElementType.Float32, head.Type, head.Width, head.RowShape, head.Name);
    }

    /// <summary>Gives a value [rows, width] (or [rows], of width 0) the teacher's shape, type and name.</summary>
    private static void End(GraphEditor editor, string value, OnnxElementType type, OnnxElementType wanted, int width, long[] rowShape, string name)
    {
        if (width == 0 ? rowShape.Length > 0 : rowShape.Length != 1)
        {
            value = Node(editor, "Reshape", [value, Ints(editor, [-1, .. rowShape])]);
        }

        value = type == wanted ? value : Node(editor, "Cast", [value], n => n.SetAttribute("to", (long)wanted));
        editor.Graph.Nodes.Add(new OnnxNode("Identity", [value], [name]));
    }

    /// <summary>The weights of a layer; for the first with (x − μ)/σ folded in, for the last with y·σ + μ.</summary>
    private static (float[] Weights, float[] Bias) Layer(StudentNetwork network, StudentFeatures features, StudentContract contract, int layer)
    {
        float[] weights = network.Weights(layer).ToArray();
        float[] bias = network.Bias(layer).ToArray();
        int width = network.Widths[layer];
        for (int o = 0; layer == 0 && o < bias.Length; o++)
        {
            double shift = 0;
            for (int i = 0; i < network.Numeric; i++)
            {
                float scaled = weights[(o * width) + i] / features.Deviation[i];
                weights[(o * width) + i] = scaled;
                shift += (double)scaled * features.Mean[i];
            }

            bias[o] -= (float)shift;
        }

        foreach (StudentHead head in layer == network.Layers - 1 ? contract.Heads.Where(static h => h.Mean.Length > 0) : [])
        {
            for (int i = 0; i < head.Width; i++)
            {
                Span<float> row = weights.AsSpan((head.Start + i) * width, width);
                System.Numerics.Tensors.TensorPrimitives.Multiply(row, head.Deviation[i], row);
                bias[head.Start + i] = (bias[head.Start + i] * head.Deviation[i]) + head.Mean[i];
            }
        }

        return (weights, bias);
    }

    private static List<string> Embeddings(GraphEditor editor, StudentNetwork network, StudentFeatures features)
    {
        var made = new List<string>();
        int field = 0;
        foreach ((string name, int width) in features.Categorical)
        {
            string flat = Node(editor, "Reshape", [name, Ints(editor, -1, width)]);
            string ids = Node(editor, "Cast", [flat], n => n.SetAttribute("to", (long)OnnxElementType.Int64));
            for (int i = 0; i < width; i++, field++)
            {
                string column = Node(editor, "Gather", [ids, editor.AddScalar("i", (long)i)], n => n.SetAttribute("axis", 1L));

                // Ids that training did not see share the last row.
                string known = Node(editor, "Min", [column, editor.AddScalar("i", (long)network.Cardinalities[field] - 1)]);
                string table = editor.AddFloats("e", network.Table(field), network.Cardinalities[field], network.Embedding);
                made.Add(Node(editor, "Gather", [table, known]));
            }
        }

        return made;
    }

    private static string Interactions(GraphEditor editor, StudentNetwork network, List<string> embeddings)
    {
        string axes = Ints(editor, 1);
        string[] stacked = [.. embeddings.Select(e => Node(editor, "Unsqueeze", [e, axes]))];
        string all = Node(editor, "Concat", stacked, n => n.SetAttribute("axis", 1L));
        string turned = Node(editor, "Transpose", [all], n => n.SetAttribute("perm", [0L, 2L, 1L]));
        string products = Node(editor, "MatMul", [all, turned]);
        string flat = Node(editor, "Reshape", [products, Ints(editor, -1, network.Fields * network.Fields)]);
        var pairs = new List<long>();
        for (int a = 0; a < network.Fields; a++)
        {
            for (int b = a + 1; b < network.Fields; b++)
            {
                pairs.Add((a * network.Fields) + b);
            }
        }

        return Node(editor, "Gather", [flat, Ints(editor, [.. pairs])], n => n.SetAttribute("axis", 1L));
    }

    private static string Ints(GraphEditor editor, params long[] values) => editor.AddConstant(OnnxTensor.Create<long>(editor.Names.New("i"), values, values.Length));

    private static string Node(GraphEditor editor, string operation, string[] inputs, Action<OnnxNode>? configure = null)
    {
        var node = new OnnxNode(operation, inputs, [editor.Names.New("t")]);
        configure?.Invoke(node);
        editor.Graph.Nodes.Add(node);
        return node.Outputs[0];
    }
}
