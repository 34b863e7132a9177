using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Multiplies the channels of a value by positive constants: in the weights and bias of the layer that makes it, also through operators f with f(c·x) = c·f(x) for each channel, in the constants of a normalization, or else by
/// a Mul.
/// </summary>
internal static class ScaleFolding
{
    /// <summary>Where the factors would go.</summary>
    /// <param name="index">The graph.</param>
    /// <param name="value">The value.</param>
    /// <param name="readers">The nodes that are to read the scaled value.</param>
    /// <param name="width">The number of channels.</param>
    public static ScaleFold Find(GraphIndex index, string value, IReadOnlyCollection<OnnxNode> readers, int width)
    {
        if (index.IsGraphOutput(value) || index.IsReadBySubgraph(value) || !index.Consumers(value).All(readers.Contains))
        {
            return ScaleFold.Multiplication;
        }

        return Layer(index, value, readers.First().OpType == "Conv", width) is not null ? ScaleFold.Layer
            : Normalization(index, index.Producer(value), width) is not null ? ScaleFold.Normalization
            : ScaleFold.Multiplication;
    }

    /// <summary>Multiplies the channels of a value, for the given readers.</summary>
    public static void Apply(GraphEditor editor, string value, OnnxNode[] readers, float[] factors)
    {
        switch (Find(editor.Index, value, readers, factors.Length))
        {
            case ScaleFold.Layer:
                Scale(editor, Layer(editor.Index, value, readers[0].OpType == "Conv", factors.Length)!, factors);
                break;
            case ScaleFold.Normalization:
                foreach ((OnnxNode node, int input) in Normalization(editor.Index, editor.Index.Producer(value), factors.Length)!)
                {
                    Scale(editor, node, input, factors);
                }

                break;
            default:
                string scaled = editor.Names.New("m");
                editor.Redirect(value, scaled, readers.Contains);
                editor.InsertBefore(editor.Graph.Nodes.First(readers.Contains), new OnnxNode("Mul", [value, editor.AddFloats("f", factors, factors.Length)], [scaled]));
                break;
        }
    }

    private static LinearLayer? Layer(GraphIndex index, string value, bool maps, int width)
    {
        OnnxNode? node = index.Producer(value);
        while (node is not null && Keeps(node, maps) && index.OnlyConsumer(node.Inputs[0]) == node)
        {
            node = index.Producer(node.Inputs[0]);
        }

        // The bias of a MatMul is an Add after it.
        if (node is { OpType: "Add" } add)
        {
            node = add.Inputs.Select(index.Producer).FirstOrDefault(p => p is { OpType: "MatMul" } && LinearLayer.From(p, index)?.BiasAdd(index) == add);
        }

        return node is not null && LinearLayer.From(node, index) is { } layer && layer.IsConv == maps && layer.Outputs == width && index.Consumers(layer.WeightName).Count == 1
            && (node.OpType == "MatMul" ? node.Outputs[0] == value || index.OnlyConsumer(node.Outputs[0]) is not null : layer.BiasName is null || layer.Bias(index) is not null)
            ? layer
            : null;
    }

    private static bool Keeps(OnnxNode node, bool maps) => node.Domain is "" or "ai.onnx" && node.Outputs.Count == 1
        && (node.OpType is "Relu" or "LeakyRelu" or "Identity" || (maps && node.OpType is "MaxPool" or "AveragePool" or "GlobalAveragePool" or "GlobalMaxPool"));

    /// <summary>The constants that scale and shift the value, each with its node; null if it is not made by a normalization.</summary>
    private static (OnnxNode Node, int Input)[]? Normalization(GraphIndex index, OnnxNode? producer, int width)
    {
        if (producer is { OpType: "LayerNormalization" } norm && norm.Inputs.Skip(1).All(i => i.Length == 0 || Fits(index, i, width)) && norm.Outputs.Count == 1)
        {
            return [.. Enumerable.Range(1, norm.Inputs.Count - 1).Where(i => norm.Inputs[i].Length > 0).Select(i => (norm, i))];
        }

        // γ·x + β written out: both constants take the factor, if nothing else reads the product.
        if (producer is not { OpType: "Add" } add)
        {
            return null;
        }

        int bias = Fits(index, add.Inputs[1], width) ? 1 : Fits(index, add.Inputs[0], width) ? 0 : -1;
        if (bias < 0 || index.Producer(add.Inputs[1 - bias]) is not { OpType: "Mul" } mul || index.OnlyConsumer(mul.Outputs[0]) != add)
        {
            return null;
        }

        int gain = Fits(index, mul.Inputs[1], width) ? 1 : Fits(index, mul.Inputs[0], width) ? 0 : -1;
        return gain < 0 ? null : [(add, bias), (mul, gain)];
    }

    private static bool Fits(GraphIndex index, string name, int width) => Weights.IsFloat(index.Constant(name)) && index.Constant(name)!.Dims is [var channels] && channels == width;

    private static void Scale(GraphEditor editor, OnnxNode node, int input, float[] factors)
    {
        float[] values = Weights.Read(editor.Index.Constant(node.Inputs[input])!);
        System.Numerics.Tensors.TensorPrimitives.Multiply(values, factors, values);
        node.Inputs[input] = editor.AddFloats("f", values, values.Length);
    }

    private static void Scale(GraphEditor editor, LinearLayer layer, float[] factors)
    {
        float[] rows = layer.ReadRows();
        for (int n = 0; n < factors.Length; n++)
        {
            Span<float> row = rows.AsSpan(n * layer.Reduction, layer.Reduction);
            System.Numerics.Tensors.TensorPrimitives.Multiply(row, factors[n], row);
        }

        OnnxTensor? old = layer.Bias(editor.Index);
        OnnxNode? add = layer.BiasName is null ? layer.BiasAdd(editor.Index) : null;
        editor.ReplaceConstant(layer.MakeWeight(layer.WeightName, rows));
        if (old is null)
        {
            return;
        }

        float[] bias = Weights.Read(old);
        System.Numerics.Tensors.TensorPrimitives.Multiply(bias, factors, bias);
        string name = editor.AddFloats("b", bias, old.Dims);
        if (add is null)
        {
            layer.Node.Inputs[2] = name;
        }
        else
        {
            add.Inputs[add.Inputs[0] == layer.Output ? 1 : 0] = name;
        }

        editor.Changed();
    }
}
