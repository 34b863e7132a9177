using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Raises the standard operator set to 13, the first whose QuantizeLinear and DequantizeLinear take a scale for each channel. Source: the ONNX operator changelog.</summary>
internal static class OpsetUpgrade
{
    /// <summary>The operator set that models are raised to.</summary>
    public const long Target = 13;

    /// <summary>What prevents the upgrade of the model; null if nothing does.</summary>
    public static string? Obstacle(OnnxModel model)
    {
        long version = model.GetOperatorSetVersion() ?? 1;
        if (version >= Target)
        {
            return null;
        }

        if (version < 9)
        {
            return $"operator set {version} is older than 9";
        }

        OnnxNode? node = model.Graph.Nodes.Find(n => n.Domain is "" or "ai.onnx" && (n.OpType is "Upsample" or "Loop" or "If" or "Scan" || (n.OpType == "Resize" && version < 11)));
        return node is null ? null : $"node '{node.Name}' ({node.OpType}) has no equivalent in operator set {Target}";
    }

    /// <param name="editor">The model.</param>
    /// <param name="shapes">Shapes of values, if known; allow a Softmax over the last axis to stay one node.</param>
    /// <exception cref="OptimizationException">The model cannot be upgraded.</exception>
    public static void Apply(GraphEditor editor, IReadOnlyDictionary<string, long[]> shapes)
    {
        OnnxModel model = editor.Model;
        long version = model.GetOperatorSetVersion() ?? 1;
        if (version >= Target)
        {
            return;
        }

        if (Obstacle(model) is { } obstacle)
        {
            throw new OptimizationException($"Model '{model.Graph.Name}': expected operator set {Target} or one that can be raised to it, got {version}: {obstacle}. Export the model with operator set {Target} or later.");
        }

        foreach (OnnxNode node in editor.Graph.Nodes.Where(n => n.Domain is "" or "ai.onnx").ToList())
        {
            switch (node.OpType)
            {
                case "Squeeze" or "Unsqueeze" or "ReduceSum":
                    AttributeToInput(editor, node, "axes", 1);
                    break;
                case "Split":
                    AttributeToInput(editor, node, "split", 1);
                    break;
                case "Softmax" or "LogSoftmax" or "Hardmax":
                    UpgradeSoftmax(editor, node, shapes);
                    break;
                case "Clip" when version < 11:
                    FloatToInput(editor, node, "min", 1);
                    FloatToInput(editor, node, "max", 2);
                    break;
                case "Pad" when version < 11:
                    AttributeToInput(editor, node, "pads", 1);
                    FloatToInput(editor, node, "value", 2);
                    break;
                case "Slice" when version < 10:
                    AttributeToInput(editor, node, "starts", 1);
                    AttributeToInput(editor, node, "ends", 2);
                    AttributeToInput(editor, node, "axes", 3);
                    break;
                case "TopK" when version < 10:
                    node.Inputs.Add(editor.AddConstant(OnnxTensor.Create<long>(editor.Names.New("k"), [node.GetInt("k")], 1)));
                    node.RemoveAttribute("k");
                    break;
                case "Dropout" when version < 12:
                    node.RemoveAttribute("ratio");
                    break;
                default:
                    break;
            }
        }

        editor.RequireOpset("", Target);
        model.IrVersion = Math.Max(model.IrVersion, 7);
    }

    // Before version 13 the input was flattened to two dimensions at the axis, which equals the last axis only if the axis is the last.
    private static void UpgradeSoftmax(GraphEditor editor, OnnxNode node, IReadOnlyDictionary<string, long[]> shapes)
    {
        long axis = node.GetInt("axis", 1);
        bool last = axis == -1 || (shapes.TryGetValue(node.Outputs[0], out long[]? shape) && axis == shape.Length - 1);
        node.SetAttribute("axis", -1L);
        if (last)
        {
            return;
        }

        string input = node.Inputs[0];
        string shapeName = editor.Names.New("s");
        string flat = editor.Names.New("t");
        string result = editor.Names.New("t");
        editor.InsertBefore(node, new OnnxNode("Shape", [input], [shapeName]));
        editor.InsertBefore(node, new OnnxNode("Flatten", [input], [flat]).SetAttribute("axis", axis));
        editor.InsertAfter(node, new OnnxNode("Reshape", [result, shapeName], [node.Outputs[0]]));
        node.Inputs[0] = flat;
        node.Outputs[0] = result;
        editor.Changed();
    }

    private static void AttributeToInput(GraphEditor editor, OnnxNode node, string attribute, int position)
    {
        if (node.HasAttribute(attribute))
        {
            long[] values = node.GetInts(attribute);
            Put(node, position, editor.AddConstant(OnnxTensor.Create<long>(editor.Names.New("i"), values, values.Length)));
            node.RemoveAttribute(attribute);
        }
    }

    private static void FloatToInput(GraphEditor editor, OnnxNode node, string attribute, int position)
    {
        if (node.HasAttribute(attribute))
        {
            Put(node, position, editor.AddScalar("f", node.GetFloat(attribute)));
            node.RemoveAttribute(attribute);
        }
    }

    private static void Put(OnnxNode node, int position, string name)
    {
        while (node.Inputs.Count <= position)
        {
            node.Inputs.Add("");
        }

        node.Inputs[position] = name;
    }
}
