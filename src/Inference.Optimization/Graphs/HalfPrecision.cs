using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Makes a model that computes in float16 compute in float32 behind the same inputs and outputs, so that its layers are layers like others, and stores in float16 what stays float.</summary>
internal static class HalfPrecision
{
    // Attributes that name an element type.
    private static readonly string[] s_types = ["to", "dtype", "output_dtype"];

    /// <summary>What keeps a model with float16 weights from being widened; null if nothing does, or it has none.</summary>
    public static string? Obstacle(OnnxGraph graph) =>
        !HasWeights(graph) ? null
        : graph.Nodes.Find(static n => GraphIndex.Bodies(n).Any()) is { } control ? $"node '{control.Name}' ({control.OpType}) has subgraphs"
        : graph.Inputs.Concat(graph.Outputs).FirstOrDefault(static v => v.Type is not { Kind: OnnxTypeKind.Tensor }) is { } value ? $"'{value.Name}' is not a tensor"
        : graph.Outputs.Find(o => IsHalf(o) && !graph.Nodes.Exists(n => n.Outputs.Contains(o.Name))) is { } output ? $"no node computes output '{output.Name}'"
        : null;

    /// <summary>Widens the model, unless it has no float16 weights or something prevents it.</summary>
    public static void Widen(GraphEditor editor)
    {
        OnnxGraph graph = editor.Graph;
        if (!HasWeights(graph) || Obstacle(graph) is not null)
        {
            return;
        }

        for (int i = 0; i < graph.Initializers.Count; i++)
        {
            graph.Initializers[i] = Wide(graph.Initializers[i]);
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            Widen(node);
        }

        for (int i = 0; i < graph.ValueInfos.Count; i++)
        {
            if (IsHalf(graph.ValueInfos[i]))
            {
                graph.ValueInfos[i] = new OnnxValueInfo(graph.ValueInfos[i].Name, OnnxType.Tensor(OnnxElementType.Float32, graph.ValueInfos[i].Type!.Shape));
            }
        }

        editor.Changed();
        foreach (string input in graph.Inputs.Where(IsHalf).Select(static i => i.Name))
        {
            string wide = editor.Names.New("x");
            editor.Redirect(input, wide);
            graph.Nodes.Insert(0, Cast(input, wide, OnnxElementType.Float32));
        }

        foreach (string output in graph.Outputs.Where(IsHalf).Select(static o => o.Name))
        {
            string wide = editor.Names.New("y");
            OnnxNode producer = graph.Nodes.Find(n => n.Outputs.Contains(output))!;
            producer.Outputs[producer.Outputs.IndexOf(output)] = wide;
            editor.Redirect(output, wide);
            graph.Nodes.Add(Cast(wide, output, OnnxElementType.Float16));
        }

        editor.Changed();
        ReadThroughCasts(editor);
    }

    /// <summary>Stores the weights that the source has in float16, and that are still floats, in float16 again, each behind a Cast.</summary>
    /// <param name="editor">A model made from a widened one.</param>
    /// <param name="source">The model as it was.</param>
    public static void Narrow(GraphEditor editor, OnnxModel source)
    {
        HashSet<string> halves = [.. source.Graph.Initializers.Where(IsWeight).Select(static t => t.Name)];
        if (halves.Count == 0)
        {
            return;
        }

        foreach (OnnxTensor tensor in editor.Graph.Initializers.Where(t => halves.Contains(t.Name) && t.ElementType == OnnxElementType.Float32).ToList())
        {
            Half[] values = Array.ConvertAll(tensor.ToArray<float>(), static v => (Half)v);
            if (editor.Index.Consumers(tensor.Name) is not [var first, ..] || editor.Index.IsGraphOutput(tensor.Name) || Array.Exists(values, static v => !Half.IsFinite(v)))
            {
                continue;
            }

            string stored = editor.AddConstant(Weights.Make<Half>(editor.Names.New("w"), OnnxElementType.Float16, values, tensor.Dims));
            editor.InsertBefore(first, Cast(stored, tensor.Name, OnnxElementType.Float32));
            editor.Graph.Initializers.Remove(tensor);
            editor.Changed();
        }
    }

    // Weights that the source stores in float16 behind a Cast are constants as well.
    private static void ReadThroughCasts(GraphEditor editor)
    {
        foreach (OnnxNode cast in editor.Graph.Nodes.Where(n => n is { OpType: "Cast", Domain: "" or "ai.onnx" } && n.GetInt("to") == (long)OnnxElementType.Float32).ToList())
        {
            if (Weights.IsFloat(editor.Index.Constant(cast.Inputs[0])) && !editor.Index.IsGraphOutput(cast.Outputs[0]))
            {
                editor.Redirect(cast.Outputs[0], cast.Inputs[0]);
                editor.Remove(cast);
            }
        }
    }

    private static bool HasWeights(OnnxGraph graph) => graph.Initializers.Exists(IsWeight);

    // Fewer elements cost less than a Cast.
    private static bool IsWeight(OnnxTensor tensor) => tensor.ElementType == OnnxElementType.Float16 && tensor.ElementCount >= 64;

    private static bool IsHalf(OnnxValueInfo value) => value.Type is { Kind: OnnxTypeKind.Tensor, ElementType: OnnxElementType.Float16 };

    private static OnnxTensor Wide(OnnxTensor tensor) => tensor.ElementType != OnnxElementType.Float16 ? tensor : OnnxTensor.Create<float>(tensor.Name, Weights.Read(tensor), tensor.Dims);

    private static void Widen(OnnxNode node)
    {
        foreach (OnnxAttribute attribute in node.Attributes.ToArray())
        {
            if (attribute.Tensor is { ElementType: OnnxElementType.Float16 } tensor)
            {
                node.SetAttribute(attribute.Name, Wide(tensor));
            }
            else if (attribute.Kind == OnnxAttributeKind.Int && attribute.Int == (long)OnnxElementType.Float16 && s_types.Contains(attribute.Name))
            {
                node.SetAttribute(attribute.Name, (long)OnnxElementType.Float32);
            }
        }
    }

    private static OnnxNode Cast(string from, string to, OnnxElementType type) => new OnnxNode("Cast", [from], [to]).SetAttribute("to", (long)type);
}
