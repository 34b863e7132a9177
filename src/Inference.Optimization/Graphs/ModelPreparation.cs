using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Converts a copy of a model to the form that the optimizations work on, without changing its function.</summary>
internal static class ModelPreparation
{
    private static readonly HashSet<string> QuantizedOperators = new(StringComparer.Ordinal)
    {
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "MatMulInteger", "ConvInteger", "QGemm", "QLinearAdd", "MatMulNBits",
        "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "QAttention", "GatherBlockQuantized", "DynamicQuantizeLSTM",
    };

    /// <summary>Copies the model; constants become initializers, initializers passed through Identity become one, float16 becomes float32 inside, transposed left operands of Gemm are transposed by a node of their own, batch
    /// normalizations are folded into the layers before them.</summary>
    /// <exception cref="OptimizationException">The model has functions, or its constants can be overridden by inputs.</exception>
    public static GraphEditor Prepare(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var editor = new GraphEditor(GraphCopy.Copy(model));
        RemoveInputDefaults(editor);
        HoistConstants(editor);
        BypassIdentities(editor);
        HalfPrecision.Widen(editor);
        FoldGemmFactors(editor);
        TransposeLeftOperands(editor);
        BatchNormalizationFolding.Apply(editor);
        editor.RemoveUnused();
        return editor;
    }

    /// <exception cref="OptimizationException">The model is already quantized.</exception>
    public static void RequireFloat(OnnxModel model, string verb)
    {
        OnnxNode? quantized = model.Graph.Nodes.Find(n => QuantizedOperators.Contains(n.OpType));
        if (quantized is not null)
        {
            throw new OptimizationException(
                $"Model '{model.Graph.Name}': expected a float model to {verb}, got one that is already quantized (node '{quantized.Name}', {quantized.OpType}). Use the float model it was made from.");
        }
    }

    public static bool IsQuantized(OnnxModel model) => model.Graph.Nodes.Exists(n => QuantizedOperators.Contains(n.OpType));

    // Before IR version 4 every initializer is also listed as an input; from then on only those that callers may override.
    private static void RemoveInputDefaults(GraphEditor editor)
    {
        var constants = editor.Graph.Initializers.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        if (editor.Model.IrVersion < 4)
        {
            editor.Graph.Inputs.RemoveAll(i => constants.Contains(i.Name));
            editor.Model.IrVersion = 4;
        }
        else if (editor.Graph.Inputs.Find(i => constants.Contains(i.Name)) is { } input)
        {
            throw new OptimizationException(
                $"Model '{editor.Graph.Name}', input '{input.Name}': expected constants that callers cannot override, got an input with a default. Export the model without inputs for initializers.");
        }
    }

    private static void HoistConstants(GraphEditor editor)
    {
        foreach (OnnxNode node in editor.Graph.Nodes.Where(n => n is { OpType: "Constant", Domain: "" or "ai.onnx" }).ToList())
        {
            if (ConstantValue(node) is { } tensor)
            {
                editor.Graph.Nodes.Remove(node);
                editor.Graph.Initializers.Add(tensor);
            }
        }

        editor.Changed();
    }

    private static OnnxTensor? ConstantValue(OnnxNode node)
    {
        string name = node.Outputs[0];
        return node.Attributes is not [var attribute] ? null : attribute switch
        {
            { Name: "value", Tensor: { ElementType: not OnnxElementType.String } tensor } =>
                OnnxTensor.FromBytes(name, tensor.ElementType, tensor.GetBytes(), tensor.Dims),
            { Name: "value_float" } => OnnxTensor.Create<float>(name, [attribute.Float]),
            { Name: "value_int" } => OnnxTensor.Create<long>(name, [attribute.Int]),
            { Name: "value_floats" } => OnnxTensor.Create<float>(name, attribute.Floats, attribute.Floats.Length),
            { Name: "value_ints" } => OnnxTensor.Create<long>(name, attribute.Ints, attribute.Ints.Length),
            _ => null,
        };
    }

    private static void BypassIdentities(GraphEditor editor)
    {
        foreach (OnnxNode node in editor.Graph.Nodes.Where(n => n is { OpType: "Identity", Domain: "" or "ai.onnx" }).ToList())
        {
            string output = node.Outputs[0];
            if (editor.Index.IsConstant(node.Inputs[0]) && !editor.Index.IsGraphOutput(output) && !editor.Index.IsReadBySubgraph(output))
            {
                editor.Redirect(output, node.Inputs[0]);
                editor.Remove(node);
            }
        }
    }

    /// <summary>Multiplies Gemm's alpha into constant weights and its beta into a constant bias.</summary>
    private static void FoldGemmFactors(GraphEditor editor)
    {
        foreach (OnnxNode node in editor.Graph.Nodes.Where(n => n is { OpType: "Gemm", Domain: "" or "ai.onnx" }))
        {
            Fold(editor, node, "alpha", 1);
            Fold(editor, node, "beta", 2);
        }
    }

    /// <summary>Gemm with transA becomes Transpose and Gemm, which is a layer like others.</summary>
    private static void TransposeLeftOperands(GraphEditor editor)
    {
        foreach (OnnxNode node in editor.Graph.Nodes.Where(n => n is { OpType: "Gemm", Domain: "" or "ai.onnx" } && n.GetInt("transA") != 0).ToList())
        {
            if (editor.Index.IsConstant(node.Inputs[0]) || !Weights.IsFloat(editor.Index.Constant(node.Inputs[1])))
            {
                continue;
            }

            string turned = editor.Names.New("t");
            editor.InsertBefore(node, new OnnxNode("Transpose", [node.Inputs[0]], [turned]).SetAttribute("perm", [1L, 0L]));
            node.Inputs[0] = turned;
            node.SetAttribute("transA", 0L);
            editor.Changed();
        }
    }

    private static void Fold(GraphEditor editor, OnnxNode node, string attribute, int input)
    {
        float factor = node.GetFloat(attribute, 1);
        string name = node.Inputs.Count > input ? node.Inputs[input] : "";
        if (factor == 1 || (name.Length > 0 && !Weights.IsFloat(editor.Index.Constant(name))))
        {
            return;
        }

        if (name.Length > 0)
        {
            OnnxTensor old = editor.Index.Constant(name)!;
            node.Inputs[input] = editor.AddFloats("w", Array.ConvertAll(Weights.Read(old), v => v * factor), old.Dims);
        }

        node.SetAttribute(attribute, 1f);
    }
}
