using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>Converts a QDQ model to integer operators: QLinearConv, QLinearMatMul, com.microsoft QGemm, QLinearAdd, QLinearGlobalAveragePool; operators that move data work on the codes.</summary>
internal static class QOperatorRewriter
{
    private const string Microsoft = "com.microsoft";

    public static OnnxModel Apply(OnnxModel qdq)
    {
        var editor = new GraphEditor(GraphCopy.Copy(qdq));
        foreach (OnnxNode node in editor.Graph.Nodes.ToList())
        {
            GraphIndex index = editor.Index;
            if (node.Inputs.Count == 0 || Dequantize(index, node.Inputs[0]) is not { } x)
            {
                continue;
            }

            OnnxNode? quantize = index.OnlyConsumer(node.Outputs[0]) is { OpType: "QuantizeLinear" } q ? q : null;
            OnnxNode? made = node.OpType switch
            {
                "Conv" => quantize is null ? null : Conv(editor, node, x, quantize),
                "MatMul" => quantize is null ? IntegerMatMul(editor, node, x) : MatMul(editor, node, x, quantize),
                "Gemm" => Gemm(editor, node, x, quantize),
                "Add" => quantize is null ? null : Add(editor, node, x, quantize),
                "GlobalAveragePool" => quantize is null ? null : Pool(editor, node, x, quantize),
                "Flatten" or "Reshape" or "Transpose" or "Squeeze" or "Unsqueeze" or "MaxPool" => quantize is null ? null : Move(node, x, quantize),
                _ => null,
            };
            if (made is not null)
            {
                if (made != node)
                {
                    editor.Replace(node, made);
                }

                if (quantize is not null)
                {
                    editor.Remove(quantize);
                }
            }
        }

        editor.RemoveUnused();
        return editor.Model;
    }

    private static OnnxNode? Dequantize(GraphIndex index, string value) => index.Producer(value) is { OpType: "DequantizeLinear" } node ? node : null;

    private static string ZeroPoint(GraphEditor editor, OnnxNode dequantize)
    {
        if (dequantize.Inputs.Count > 2)
        {
            return dequantize.Inputs[2];
        }

        // Optional in DequantizeLinear, required here: zeros in the shape of the scale.
        OnnxTensor scale = editor.Index.Constant(dequantize.Inputs[1])!;
        return editor.AddConstant(Weights.Make<sbyte>(editor.Names.New("z"), OnnxElementType.Int8, new sbyte[scale.ElementCount], scale.Dims));
    }

    private static OnnxNode? Conv(GraphEditor editor, OnnxNode node, OnnxNode x, OnnxNode y)
    {
        if (Dequantize(editor.Index, node.Inputs[1]) is not { } w)
        {
            return null;
        }

        List<string> inputs = [x.Inputs[0], x.Inputs[1], x.Inputs[2], w.Inputs[0], w.Inputs[1], ZeroPoint(editor, w), y.Inputs[1], y.Inputs[2]];
        if (node.Inputs.Count > 2 && Dequantize(editor.Index, node.Inputs[2]) is { } bias)
        {
            inputs.Add(bias.Inputs[0]);
        }

        var made = new OnnxNode("QLinearConv", [.. inputs], [y.Outputs[0]], name: node.Name);
        made.Attributes.AddRange(node.Attributes);
        return made;
    }

    private static OnnxNode? MatMul(GraphEditor editor, OnnxNode node, OnnxNode x, OnnxNode y) => Dequantize(editor.Index, node.Inputs[1]) is not { } w
        ? null
        : new OnnxNode("QLinearMatMul", [x.Inputs[0], x.Inputs[1], x.Inputs[2], w.Inputs[0], w.Inputs[1], ZeroPoint(editor, w), y.Inputs[1], y.Inputs[2]], [y.Outputs[0]], name: node.Name);

    // A float result: sums in int32, then one Mul by both scales.
    private static OnnxNode? IntegerMatMul(GraphEditor editor, OnnxNode node, OnnxNode x)
    {
        if (Dequantize(editor.Index, node.Inputs[1]) is not { } w)
        {
            return null;
        }

        float xs = Weights.Read(editor.Index.Constant(x.Inputs[1])!)[0];
        OnnxTensor ws = editor.Index.Constant(w.Inputs[1])!;
        float[] scales = Array.ConvertAll(Weights.Read(ws), s => s * xs);
        string sums = editor.Names.New("y");
        string floats = editor.Names.New("y");
        editor.InsertBefore(node, new OnnxNode("MatMulInteger", [x.Inputs[0], w.Inputs[0], x.Inputs[2]], [sums], name: node.Name));
        editor.InsertBefore(node, new OnnxNode("Cast", [sums], [floats]).SetAttribute("to", (long)OnnxElementType.Float32));
        return new OnnxNode("Mul", [floats, editor.AddFloats("s", scales, ws.Dims)], [node.Outputs[0]]);
    }

    private static OnnxNode? Gemm(GraphEditor editor, OnnxNode node, OnnxNode x, OnnxNode? y)
    {
        if (Dequantize(editor.Index, node.Inputs[1]) is not { } w)
        {
            return null;
        }

        string bias = node.Inputs.Count > 2 && Dequantize(editor.Index, node.Inputs[2]) is { } b ? b.Inputs[0] : "";
        List<string> inputs = [x.Inputs[0], x.Inputs[1], x.Inputs[2], w.Inputs[0], w.Inputs[1], ZeroPoint(editor, w), bias];
        if (y is not null)
        {
            inputs.AddRange([y.Inputs[1], y.Inputs[2]]);
        }

        editor.RequireOpset(Microsoft, 1);
        return new OnnxNode("QGemm", [.. inputs], [y?.Outputs[0] ?? node.Outputs[0]], Microsoft, node.Name)
            .SetAttribute("alpha", 1f)
            .SetAttribute("transA", 0L)
            .SetAttribute("transB", node.GetInt("transB"));
    }

    private static OnnxNode? Add(GraphEditor editor, OnnxNode node, OnnxNode a, OnnxNode y)
    {
        if (Dequantize(editor.Index, node.Inputs[1]) is not { } b)
        {
            return null;
        }

        editor.RequireOpset(Microsoft, 1);
        return new OnnxNode("QLinearAdd", [a.Inputs[0], a.Inputs[1], a.Inputs[2], b.Inputs[0], b.Inputs[1], b.Inputs[2], y.Inputs[1], y.Inputs[2]], [y.Outputs[0]], Microsoft, node.Name);
    }

    private static OnnxNode Pool(GraphEditor editor, OnnxNode node, OnnxNode x, OnnxNode y)
    {
        editor.RequireOpset(Microsoft, 1);
        return new OnnxNode("QLinearGlobalAveragePool", [x.Inputs[0], x.Inputs[1], x.Inputs[2], y.Inputs[1], y.Inputs[2]], [y.Outputs[0]], Microsoft, node.Name)
            .SetAttribute("channels_last", 0L);
    }

    private static OnnxNode? Move(OnnxNode node, OnnxNode x, OnnxNode y)
    {
        if (x.Inputs[1] != y.Inputs[1] || x.Inputs[2] != y.Inputs[2])
        {
            return null;
        }

        node.Inputs[0] = x.Inputs[0];
        node.Outputs[0] = y.Outputs[0];
        return node;
    }
}
