using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>
/// Turns quantize–dequantize (QDQ) models into integer operators, exactly where that is possible: QuantizeLinear moves above operators that only move elements;
/// Conv, MatMul and Gemm between DequantizeLinear and QuantizeLinear become integer products, unary functions tables, Add and Mul one pass over bytes.
/// Runs before constants are folded, which would dequantize the weights.
/// </summary>
internal static class QuantizationFusion
{
    public static void Run(ModelGraph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }
        }

        if (!graph.Nodes.Exists(n => n is { OpType: "DequantizeLinear", Domain.Length: 0 }))
        {
            return;
        }

        HoistQuantize(graph);
        var uses = new UseMap(graph);
        Dictionary<Node, int> positions = Positions(graph);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            if (node.Domain.Length == 0 && node.Outputs is [{ } output] && Fuse(node, uses) is { } fused)
            {
                int at = positions[fused.At];
                graph.Nodes[at] = fused.Made;
                positions[fused.Made] = at;
            }
        }

        DeadCodeElimination.Run(graph);
    }

    // Q(move(x)) = move(Q(x)): per-tensor quantization does not look at positions, and is monotone (MaxPool).
    private static void HoistQuantize(ModelGraph graph)
    {
        var uses = new UseMap(graph);
        Dictionary<Node, int> positions = Positions(graph);

        // From the end: what moved above one node is then found above the node before it.
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            Node node = graph.Nodes[i];
            if (node.Domain.Length == 0 && node.OpType is "Transpose" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" && node.Outputs is [{ } output]
                && node.Inputs[0] is { Constant: null, Producer: not null } && uses.OnlyUser(output) is { } q && QuantizedTensor.OfQuantize(q) is not null)
            {
                var quantized = new Value($"{q.Outputs[0]!.Name}:hoisted") { Type = node.Inputs[0]!.Type is { } t ? t with { ElementType = q.Outputs[0]!.Type?.ElementType ?? ElementType.UInt8 } : null };
                Node first = NodeFactory.Make("", "QuantizeLinear", q.Opset, q.Name, [node.Inputs[0], .. q.Inputs.Skip(1)], NodeFactory.Copy(q.Attributes), quantized);
                Node second = NodeFactory.Make("", node.OpType, node.Opset, node.Name, [quantized, .. node.Inputs.Skip(1)], NodeFactory.Copy(node.Attributes), q.Outputs[0]);
                Place(first, i);
                Place(second, positions[q]);
                uses.Replace(node, first);
                uses.Replace(q, second);
            }
        }

        void Place(Node node, int at)
        {
            graph.Nodes[at] = node;
            positions[node] = at;
        }
    }

    private static Dictionary<Node, int> Positions(ModelGraph graph)
    {
        var positions = new Dictionary<Node, int>(graph.Nodes.Count);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            positions[graph.Nodes[i]] = i;
        }

        return positions;
    }

    private static (Node Made, Node At)? Fuse(Node node, UseMap uses)
    {
        Value output = node.Outputs[0]!;
        Node? quantize = uses.OnlyUser(output);
        QuantizedTensor? y = quantize is null ? null : QuantizedTensor.OfQuantize(quantize);
        switch (node.OpType)
        {
            case "Conv" when y is not null:
                return Conv(node, y) is { } conv ? (conv, quantize!) : null;
            case "MatMul" or "Gemm":
                return Product(node, y) is { } product ? (product, y is null ? node : quantize!) : null;
            case "Add" or "Mul" when y is not null:
                return Binary(node, y) is { } binary ? (binary, quantize!) : null;
            case "Relu" or "Clip" or "LeakyRelu" or "Sigmoid" or "Tanh" or "HardSigmoid" or "HardSwish" or "Elu" when y is not null:
                return Lookup(node, y) is { } lookup ? (lookup, quantize!) : null;
            default:
                return null;
        }
    }

    private static Node? Conv(Node node, QuantizedTensor y)
    {
        if (QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } x || QuantizedWeights.Of(node.Inputs[1], 0) is not { Data.Constant: { Rank: 3 or 4 } } w
            || !QuantizedWeights.TryBias(node.HasInput(2) ? node.Inputs[2] : null, x, w, out Value? bias))
        {
            return null;
        }

        return NodeFactory.Make("", "QLinearConv", 10, node.Name, [x.Data, x.Scale, x.Zero, w.Data, w.Scale, w.Zero, y.Scale, y.Zero, bias], NodeFactory.Copy(node.Attributes), y.Data);
    }

    private static Node? Product(Node node, QuantizedTensor? y)
    {
        bool gemm = node.OpType == "Gemm";
        bool transposed = gemm && node.Attributes.Int("transB", 0) != 0;
        if ((gemm && (node.Attributes.Int("transA", 0) != 0 || node.Attributes.Float("alpha", 1f) != 1f || (node.HasInput(2) && node.Attributes.Float("beta", 1f) != 1f)))
            || QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } x || QuantizedWeights.Of(node.Inputs[1], transposed ? 0 : 1) is not { Data.Constant.Rank: 2 } w
            || !QuantizedWeights.TryBias(gemm && node.HasInput(2) ? node.Inputs[2] : null, x, w, out Value? bias))
        {
            return null;
        }

        var attributes = new AttributeMap();
        attributes.Set("transB", transposed ? 1L : 0L);
        return NodeFactory.Make(OperatorTable.Fused, "QLinear", 1, node.Name, [x.Data, x.Scale, x.Zero, w.Data, w.Scale, w.Zero, bias, y?.Scale, y?.Zero], attributes, y?.Data ?? node.Outputs[0]);
    }

    private static Node? Binary(Node node, QuantizedTensor y)
    {
        if (QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } a || QuantizedTensor.OfDequantize(node.Inputs[1]) is not { } b
            || a.Data.Type?.Shape is not { } shapeA || b.Data.Type?.Shape is not { } shapeB || !EpilogueFusion.SameShape(shapeA, shapeB))
        {
            return null;
        }

        var attributes = new AttributeMap();
        attributes.Set("function", node.OpType);
        return NodeFactory.Make(OperatorTable.Fused, "QBinary", 1, node.Name, [a.Data, a.Scale, a.Zero, b.Data, b.Scale, b.Zero, y.Scale, y.Zero], attributes, y.Data);
    }

    // The table is what the three operators themselves give for all 256 values.
    private static Node? Lookup(Node node, QuantizedTensor y)
    {
        if (QuantizedTensor.OfDequantize(node.Inputs[0]) is not { Source: { } dequantize } x)
        {
            return null;
        }

        var inputs = new EngineValue?[node.Inputs.Count];
        for (int i = 1; i < inputs.Length; i++)
        {
            if (node.Inputs[i] is { } parameter && (inputs[i] = parameter.Constant) is null)
            {
                return null;
            }
        }

        Tensor all = Tensor.Allocate(x.Zero.Constant!.Type, [256]);
        for (int i = 0; i < 256; i++)
        {
            all.Bytes[i] = (byte)i;
        }

        var evaluator = new OperatorEvaluator();
        inputs[0] = evaluator.Evaluate(dequantize, [all, x.Scale.Constant, x.Zero.Constant])?[0];
        EngineValue? mapped = inputs[0] is null ? null : evaluator.Evaluate(node, inputs)?[0];
        if (mapped is null || evaluator.Evaluate(y.Source, [mapped, y.Scale.Constant, y.Zero.Constant])?[0] is not Tensor { Count: 256 } table)
        {
            return null;
        }

        return NodeFactory.Make(OperatorTable.Fused, "QLookup", 1, node.Name, [x.Data, NodeFactory.Constant($"{node.Name}:table", table)], null, y.Data);
    }
}
