using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Turns quantize–dequantize (QDQ) models into integer operators, exactly where that is possible: QuantizeLinear moves above operators that only move elements;
/// Conv, MatMul and Gemm between DequantizeLinear and QuantizeLinear become integer products, unary functions tables, Add and Mul one pass over bytes.
/// Runs before constants are folded, which would dequantize the weights.
/// </summary>
[Pattern("Add", "Concat", "Conv", "DequantizeLinear", "Gemm", "MatMul", "Mul", "QBinary", "QLinear", "QLinearConv", "QLookup", "QuantizeLinear")]
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
        HoistOverConcat(graph);
        var uses = new UseMap(graph);
        Dictionary<Node, int> positions = Positions(graph);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            if (node.Outputs is [{ }] && Fuse(node, uses) is { } fused)
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
            OperatorTraits traits = node.Operator!.Traits;
            if ((traits.Moves || (traits.Selects && QuantizedTensor.OfDequantize(node.Inputs[0]) is not null)) && node.Outputs is [{ } output]
                && node.Inputs[0] is { Constant: null, Producer: not null } && uses.OnlyUser(output) is { } q && QuantizedTensor.OfQuantize(q) is not null)
            {
                var quantized = new Value($"{q.Outputs[0]!.Name}:hoisted") { Type = node.Inputs[0]!.Type is { } t ? t with { ElementType = q.Outputs[0]!.Type?.ElementType ?? ElementType.UInt8 } : null };
                Node first = NodeFactory.Make("", "QuantizeLinear", q.Opset, q.Name, [node.Inputs[0], .. q.Inputs.Skip(1)], q.Attributes.Copy(), quantized);
                Node second = NodeFactory.Again(node, [quantized, .. node.Inputs.Skip(1)], node.Attributes.Copy(), q.Outputs[0]!);
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

    // The same over Concat, where each part is 8 bits already: its quantization then becomes a table, or nothing.
    private static void HoistOverConcat(ModelGraph graph)
    {
        var uses = new UseMap(graph);
        var joins = new Dictionary<Node, Node>();
        var nodes = new List<Node>(graph.Nodes.Count);
        foreach (Node node in graph.Nodes)
        {
            if (joins.TryGetValue(node, out Node? join))
            {
                nodes.Add(join);
            }
            else if (node is { OpType: "Concat", Domain.Length: 0, Inputs.Count: > 0, Outputs: [{ } joined] } && uses.OnlyUser(joined) is { } quantize && QuantizedTensor.OfQuantize(quantize) is { } y
                && node.Inputs.TrueForAll(v => QuantizedTensor.OfDequantize(v) is { } part && part.Zero.Constant!.Type == y.Zero.Constant!.Type))
            {
                var parts = new Value?[node.Inputs.Count];
                for (int k = 0; k < parts.Length; k++)
                {
                    Value part = node.Inputs[k]!;
                    parts[k] = new Value($"{y.Data.Name}:part{k}") { Type = part.Type is { } t ? t with { ElementType = y.Zero.Constant!.Type } : null };
                    nodes.Add(NodeFactory.Make("", "QuantizeLinear", quantize.Opset, quantize.Name, [part, .. quantize.Inputs.Skip(1)], quantize.Attributes.Copy(), parts[k]));
                }

                joins[quantize] = NodeFactory.Make("", "Concat", node.Opset, node.Name, parts, node.Attributes.Copy(), y.Data);
            }
            else
            {
                nodes.Add(node);
            }
        }

        if (joins.Count > 0)
        {
            graph.Nodes.Clear();
            graph.Nodes.AddRange(nodes);
        }
    }

    private static (Node Made, Node At)? Fuse(Node node, UseMap uses)
    {
        QuantizedResult? result = QuantizedResult.Of(node.Outputs[0]!, uses);
        QuantizedTensor? y = result?.Y;
        Node at = y?.Source ?? node;
        if (y is not null && !result!.IsClipped && node.Operator!.Traits.Unary?.Of(node) is not null)
        {
            return Lookup(node, y) is { } lookup ? (lookup, at) : null;
        }

        if (node.Domain.Length > 0)
        {
            return null;
        }

        switch (node.OpType)
        {
            case "Conv" when result is not null:
                return Conv(node, result) is { } conv ? (conv, at) : null;
            case "MatMul" or "Gemm":
                return Product(node, result) is { } product ? (product, at) : null;
            case "Add" or "Mul" when result is not null:
                return Binary(node, result) is { } binary ? (binary, at) : null;
            case "DequantizeLinear":
                return Rescale(node, uses) is { } rescale ? (rescale.Made, rescale.At) : null;
            default:
                return null;
        }
    }

    // Dequantize and quantize side by side are one table, or nothing where both have the same numbers.
    private static (Node Made, Node At)? Rescale(Node node, UseMap uses)
    {
        if (QuantizedTensor.OfDequantize(node.Outputs[0]) is not { } x)
        {
            return null;
        }

        foreach (Node user in uses.Users(node.Outputs[0]!))
        {
            if (QuantizedTensor.OfQuantize(user) is { } y && user.Domain.Length == 0 && user.OpType == "QuantizeLinear")
            {
                Tensor? table = Table(x, y, null);
                return table is null ? null : (NodeFactory.Make(Domains.Fused, "QLookup", 1, user.Name, [x.Data, ConstantValue.Of($"{user.Name}:table", table)], null, y.Data), user);
            }
        }

        return null;
    }

    private static Node? Conv(Node node, QuantizedResult result)
    {
        QuantizedTensor y = result.Y;
        if (QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } x || QuantizedWeights.Of(node.Inputs[1], 0) is not { Data.Constant: { Rank: 3 or 4 } data } w
            || !QuantizedWeights.TryBias(node.HasInput(2) ? node.Inputs[2] : null, x, w, data.Dims[0], out Value? bias))
        {
            return null;
        }

        return NodeFactory.Make("", "QLinearConv", 10, node.Name, [x.Data, x.Scale, x.Zero, w.Data, w.Scale, w.Zero, y.Scale, y.Zero, bias], result.State(node.Attributes.Copy()), y.Data);
    }

    private static Node? Product(Node node, QuantizedResult? result)
    {
        QuantizedTensor? y = result?.Y;
        bool gemm = node.OpType == "Gemm";
        bool transposed = gemm && node.Attributes.Int("transB", 0) != 0;
        if ((gemm && (node.Attributes.Int("transA", 0) != 0 || node.Attributes.Float("alpha", 1f) != 1f || (node.HasInput(2) && node.Attributes.Float("beta", 1f) != 1f)))
            || (gemm && node.Inputs[0]!.Type?.Shape is not { Count: 2 }) || QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } x
            || QuantizedWeights.Of(node.Inputs[1], transposed ? 0 : 1) is not { Data.Constant: { Rank: 2 } data } w
            || !QuantizedWeights.TryBias(gemm && node.HasInput(2) ? node.Inputs[2] : null, x, w, data.Dims[transposed ? 0 : 1], out Value? bias))
        {
            return null;
        }

        var attributes = new AttributeMap();
        attributes.Set("transB", transposed ? 1L : 0L);
        result?.State(attributes);
        return NodeFactory.Make(Domains.Fused, "QLinear", 1, node.Name, [x.Data, x.Scale, x.Zero, w.Data, w.Scale, w.Zero, bias, y?.Scale, y?.Zero], attributes, y?.Data ?? node.Outputs[0]);
    }

    private static Node? Binary(Node node, QuantizedResult result)
    {
        QuantizedTensor y = result.Y;
        if (!Match.Is(node, node.OpType) || QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } a || QuantizedTensor.OfDequantize(node.Inputs[1]) is not { } b
            || !Match.IsLikeShape(a.Data, b.Data))
        {
            return null;
        }

        var attributes = new AttributeMap();
        attributes.Set("function", node.OpType);
        result.State(attributes);
        return NodeFactory.Make(Domains.Fused, "QBinary", 1, node.Name, [a.Data, a.Scale, a.Zero, b.Data, b.Scale, b.Zero, y.Scale, y.Zero], attributes, y.Data);
    }

    private static Node? Lookup(Node node, QuantizedTensor y)
    {
        if (QuantizedTensor.OfDequantize(node.Inputs[0]) is not { } x || Table(x, y, node) is not { } table)
        {
            return null;
        }

        return NodeFactory.Make(Domains.Fused, "QLookup", 1, node.Name, [x.Data, ConstantValue.Of($"{node.Name}:table", table)], null, y.Data);
    }

    // The table contains the results of the operators for all 256 values.
    private static Tensor? Table(QuantizedTensor x, QuantizedTensor y, Node? function)
    {
        Tensor all = Tensor.Allocate(x.Zero.Constant!.Type, [256]);
        for (int i = 0; i < 256; i++)
        {
            all.Bytes[i] = (byte)i;
        }

        var evaluator = new OperatorEvaluator();
        try
        {
            EngineValue? value = evaluator.Evaluate(x.Source, [all, x.Scale.Constant, x.Zero.Constant])?[0];
            if (function is not null)
            {
                var inputs = new EngineValue?[function.Inputs.Count];
                inputs[0] = value;
                for (int i = 1; i < inputs.Length; i++)
                {
                    if (function.Inputs[i] is { } parameter && (inputs[i] = parameter.Constant) is null)
                    {
                        return null;
                    }
                }

                value = value is null ? null : evaluator.Evaluate(function, inputs)?[0];
            }

            return value is not null && evaluator.Evaluate(y.Source, [value, y.Scale.Constant, y.Zero.Constant])?[0] is Tensor { Count: 256 } table ? table : null;
        }
        catch (InferenceException exception) when (exception is not DeadlineExceededException)
        {
            // The run meets the same failure, if it comes to these nodes.
            return null;
        }
    }
}
