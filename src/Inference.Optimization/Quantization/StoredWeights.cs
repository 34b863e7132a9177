using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Stores the weights of layers that compute in float in 8 bits behind a DequantizeLinear, with a scale for each output channel: recurrent layers, transposed convolutions, products with
/// a constant left operand or with weights of more than two dimensions. Runtimes expand them when the model is loaded, or in each run.
/// </summary>
internal static class StoredWeights
{
    // The nodes and names that one tensor adds to the file, bytes.
    private const int Overhead = 300;

    /// <summary>The weights of a node that can be stored: its inputs, each with the axis of the output channels.</summary>
    public static IEnumerable<(int Input, int Axis)> Of(OnnxNode node, GraphIndex index)
    {
        if (node.Domain is not ("" or "ai.onnx") || LinearLayer.From(node, index) is not null)
        {
            yield break;
        }

        (int Input, int Axis)[] found = node.OpType switch
        {
            // W and R are [directions, gates · hidden, inputs].
            "LSTM" or "GRU" or "RNN" => [(1, 1), (2, 1)],
            "ConvTranspose" => [(1, 1)],
            "MatMul" when IsWeight(node, 0, index) => [(0, -2)],
            "MatMul" => [(1, -1)],
            "Gemm" when IsWeight(node, 0, index) => [(0, node.GetInt("transA") != 0 ? 1 : 0)],
            _ => [],
        };
        foreach ((int input, int axis) in found.Where(f => IsWeight(node, f.Input, index)))
        {
            int rank = index.Constant(node.Inputs[input])!.Dims.Length;
            yield return (input, axis < 0 ? rank + axis : axis);
        }
    }

    /// <summary>Stores the weights of every such node.</summary>
    /// <param name="editor">The model, at operator set 13 or later.</param>
    /// <param name="exclusion">Why a node stays in float; null if nothing excludes it.</param>
    /// <returns>The decision on each node.</returns>
    public static List<LayerDecision> Apply(GraphEditor editor, Func<OnnxNode, string?> exclusion)
    {
        var decisions = new List<LayerDecision>();
        foreach (OnnxNode node in editor.Graph.Nodes.ToList())
        {
            (int Input, int Axis)[] weights = [.. Of(node, editor.Index)];
            if (weights.Length == 0)
            {
                continue;
            }

            string name = node.Name.Length > 0 ? node.Name : node.Outputs[0];
            if (exclusion(node) is { } reason)
            {
                decisions.Add(new LayerDecision(name, node.OpType, "float", reason));
                continue;
            }

            bool stored = false;
            foreach ((int input, int axis) in weights)
            {
                stored |= Store(editor, node, input, axis);
            }

            decisions.Add(stored
                ? new LayerDecision(name, node.OpType, "int8 weights", $"{node.OpType} computes in float; each output channel of its weights has a scale")
                : new LayerDecision(name, node.OpType, "float", "its weights are shared, or so few that 8 bits would save nothing"));
        }

        return decisions;
    }

    private static bool Store(GraphEditor editor, OnnxNode node, int input, int axis)
    {
        OnnxTensor weight = editor.Index.Constant(node.Inputs[input])!;
        if (editor.Index.Consumers(weight.Name).Count != 1 || editor.Index.IsGraphOutput(weight.Name) || weight.ByteCount - weight.ElementCount - (weight.Dims[axis] * 4) < Overhead)
        {
            return false;
        }

        float[] values = Weights.Read(weight);
        int channels = (int)weight.Dims[axis];
        int inner = 1;
        foreach (long dim in weight.Dims[(axis + 1)..])
        {
            inner *= (int)dim;
        }

        var scales = new float[channels];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / inner % channels;
            scales[channel] = Math.Max(scales[channel], Math.Abs(values[i]));
        }

        for (int c = 0; c < channels; c++)
        {
            scales[c] = QuantizationParameters.Symmetric(scales[c]).Scale;
        }

        var codes = new sbyte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(values[i] / scales[i / inner % channels], MidpointRounding.ToEven), -127, 127);
        }

        string name = editor.AddConstant(Weights.Make<sbyte>(editor.Names.New("w"), OnnxElementType.Int8, codes, weight.Dims));
        string restored = editor.Names.New("d");
        editor.InsertBefore(node, new OnnxNode("DequantizeLinear", [name, editor.AddFloats("s", scales, channels)], [restored]).SetAttribute("axis", (long)axis));
        node.Inputs[input] = restored;
        editor.Changed();
        return true;
    }

    private static bool IsWeight(OnnxNode node, int input, GraphIndex index) =>
        node.Inputs.Count > input && index.Constant(node.Inputs[input]) is { Dims.Length: >= 2 } tensor && Weights.IsFloat(tensor) && tensor.ElementCount > 0;
}
