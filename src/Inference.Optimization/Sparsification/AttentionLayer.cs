using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Sparsification;

/// <summary>An attention written out: softmax(steps(Q × Kᵀ)) × V of rank 4, [rows, heads, tokens, size]; each step multiplies or divides by a number, or adds a mask: a constant, or one of keys, [rows, 1, 1, tokens]. Numbers and masks of keys may be computed in each run.</summary>
internal sealed class AttentionLayer
{
    private AttentionLayer(OnnxNode softmax, OnnxNode scores, OnnxNode product, List<OnnxNode> steps, List<OnnxTensor?> operands)
    {
        Softmax = softmax;
        Scores = scores;
        Product = product;
        Steps = steps;
        Operands = operands;
    }

    public OnnxNode Softmax { get; }

    /// <summary>Q × Kᵀ.</summary>
    public OnnxNode Scores { get; }

    /// <summary>Weights × V.</summary>
    public OnnxNode Product { get; }

    /// <summary>The nodes between the scores and the softmax, in order.</summary>
    public IReadOnlyList<OnnxNode> Steps { get; }

    /// <summary>The constant operand of each step; null for one that is computed in each run.</summary>
    public IReadOnlyList<OnnxTensor?> Operands { get; }

    /// <summary>The names of the operands that are computed in each run.</summary>
    public IEnumerable<string> Computed => Steps.Where((_, i) => Operands[i] is null).Select(Operand);

    public string Queries => Scores.Inputs[0];

    public string KeysTransposed => Scores.Inputs[1];

    public string Values => Product.Inputs[1];

    public string Weights => Softmax.Outputs[0];

    public string Name => Softmax.Name.Length > 0 ? Softmax.Name : Softmax.Outputs[0];

    /// <summary>The heads; set by <see cref="Fit"/>.</summary>
    public int Heads { get; private set; }

    /// <summary>The queries and the keys of a head; set by <see cref="Fit"/>.</summary>
    public int Tokens { get; private set; }

    /// <summary>The size of a query and a key; set by <see cref="Fit"/>.</summary>
    public int Size { get; private set; }

    /// <summary>The size of a value; set by <see cref="Fit"/>.</summary>
    public int ValueSize { get; private set; }

    /// <summary>Finds all that lead from a softmax to two products; those that cannot be rewritten come with a reason.</summary>
    public static IEnumerable<(OnnxNode Softmax, AttentionLayer? Layer, string Reason)> All(GraphIndex index)
    {
        foreach (OnnxNode softmax in index.Graph.Nodes.Where(static n => n is { OpType: "Softmax", Domain: "" or "ai.onnx" }))
        {
            if (index.OnlyConsumer(softmax.Outputs[0]) is { OpType: "MatMul" } product && product.Inputs[0] == softmax.Outputs[0] && product.Inputs[1] != softmax.Outputs[0])
            {
                string reason = Find(index, softmax, product, out AttentionLayer? layer);
                yield return (softmax, layer, reason);
            }
        }
    }

    /// <summary>Takes the sizes of one row; what prevents a pattern, or empty.</summary>
    /// <param name="shapes">Of the values that the layer reads.</param>
    public string Fit(IReadOnlyDictionary<string, long[]> shapes)
    {
        if (shapes[Queries] is not [_, var heads, var tokens, var size] || shapes[KeysTransposed] is not [_, var keyHeads, var keySize, var keys] || shapes[Values] is not [_, var valueHeads, var places, var valueSize])
        {
            return "its operands are not of rank 4: [rows, heads, tokens, size]";
        }

        if (heads != keyHeads || heads != valueHeads || size != keySize || tokens != keys || keys != places)
        {
            return "its queries, keys and values differ in heads or tokens";
        }

        (Heads, Tokens, Size, ValueSize) = ((int)heads, (int)tokens, (int)size, (int)valueSize);
        return Operands.Any(static o => o is not null && !IsShared(o)) ? "its mask differs between heads"
            : Steps.Where((s, i) => Operands[i] is null && s.OpType == "Add").Any(s => shapes[Operand(s)] is not [_, 1, 1, var length] || length != tokens) ? "its mask, computed in each run, is not one of keys: [rows, 1, 1, tokens]"
            : Steps.Where((s, i) => Operands[i] is null && s.OpType != "Add").Any(s => shapes[Operand(s)].Any(static d => d != 1)) ? "its scores are scaled by more than one number"
            : Enumerable.Range(0, Steps.Count).Any(i => Steps[i].OpType == "Add" && Operands[i] is not null && Steps.Where((s, j) => j > i && s.OpType != "Add" && Operands[j] is null).Any()) ? "its mask is scaled by a number that is computed in each run"
            : "";
    }

    /// <summary>The operand of a step: the input that does not lead to the scores.</summary>
    public string Operand(OnnxNode step) => step.Inputs[step.Inputs[0] == Scores.Outputs[0] || Steps.Any(s => s.Outputs[0] == step.Inputs[0]) ? 1 : 0];

    /// <summary>Takes the sizes of the same layer in another copy of the model.</summary>
    public void TakeSizes(AttentionLayer other) => (Heads, Tokens, Size, ValueSize) = (other.Heads, other.Tokens, other.Size, other.ValueSize);

    /// <summary>A step's operand for a query and a key.</summary>
    public static float Operand(OnnxTensor operand, ReadOnlySpan<float> values, int query, int key)
    {
        long keys = operand.Dims is [.., var last] ? last : 1;
        long queries = operand.Dims is [.., var second, _] ? second : 1;
        return values[(int)(((queries == 1 ? 0 : query) * keys) + (keys == 1 ? 0 : key))];
    }

    private static bool IsShared(OnnxTensor operand) => operand.Dims.SkipLast(2).All(static d => d == 1);

    private static string Find(GraphIndex index, OnnxNode softmax, OnnxNode product, out AttentionLayer? layer)
    {
        layer = null;
        long axis = softmax.GetInt("axis", -1);
        if (axis is not (-1 or 3))
        {
            return "its softmax is not over the keys";
        }

        var steps = new List<OnnxNode>();
        var operands = new List<OnnxTensor?>();
        string value = softmax.Inputs[0];
        OnnxNode user = softmax;
        while (index.Producer(value) is { } node)
        {
            if (index.OnlyConsumer(value) != user)
            {
                return "its scores have other readers";
            }

            if (node.OpType == "MatMul")
            {
                steps.Reverse();
                operands.Reverse();
                layer = new(softmax, node, product, steps, operands);
                return "";
            }

            (int side, OnnxTensor? operand) = node.OpType is "Add" or "Mul" or "Div" ? Operand(index, node) : (-1, null);
            if (side < 0)
            {
                return $"{node.OpType} stands between its scores and its softmax";
            }

            steps.Add(node);
            operands.Add(operand);
            user = node;
            value = node.Inputs[1 - side];
        }

        return "its scores are not a product";
    }

    // The side of the operand of a step, and its value if it is constant; −1 if there is none.
    private static (int Side, OnnxTensor? Value) Operand(GraphIndex index, OnnxNode node)
    {
        for (int side = 1; side >= (node.OpType == "Div" ? 1 : 0); side--)
        {
            if (index.Constant(node.Inputs[side]) is { ElementType: OnnxElementType.Float32 } operand && (node.OpType == "Add" || operand.ElementCount == 1))
            {
                return (side, operand);
            }
        }

        return Leads(index, node.Inputs[0], node) ? (1, null) : node.OpType != "Div" && Leads(index, node.Inputs[1], node) ? (0, null) : (-1, null);
    }

    // Whether a value comes, through further steps, from a product without other readers.
    private static bool Leads(GraphIndex index, string value, OnnxNode user)
    {
        while (index.OnlyConsumer(value) == user && index.Producer(value) is { } node)
        {
            if (node.OpType == "MatMul")
            {
                return !index.IsConstant(node.Inputs[0]) && !index.IsConstant(node.Inputs[1]);
            }

            int side = node.OpType is "Add" or "Mul" or "Div" ? Operand(index, node).Side : -1;
            if (side < 0)
            {
                return false;
            }

            user = node;
            value = node.Inputs[1 - side];
        }

        return false;
    }
}
