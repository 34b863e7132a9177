using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Finds attention written out: softmax(scale·(Q × Kᵀ) + masks) × V of rank 3 or 4 in f32, with the transposes around it, and makes it one node. The scale may stand
/// on the scores, on Q or on Kᵀ.
/// </summary>
[Pattern("Add", "Attention", "Div", "MatMul", "Mul", "Softmax", "Transpose")]
internal sealed class AttentionFusion
{
    // Masks that are added one after the other.
    private const int MaxMasks = 4;

    private readonly ModelGraph _graph;
    private readonly UseMap _uses;

    private AttentionFusion(ModelGraph graph)
    {
        _graph = graph;
        _uses = new(graph);
    }

    public static void Run(ModelGraph graph) => new AttentionFusion(graph).Run();

    private void Run()
    {
        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            Node node = _graph.Nodes[i];
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (node is { OpType: "MatMul", Domain.Length: 0, Inputs: [{ }, { }], Outputs: [{ }] } && Find(node) is { } found)
            {
                Replace(node, found);
            }
        }
    }

    private Parts? Find(Node product)
    {
        if (Only(product.Inputs[0], "Softmax", product) is not { } softmax || product.Inputs[1] is not { } v || Rank(v) is not (3 or 4))
        {
            return null;
        }

        int rank = Rank(v);
        long axis = softmax.Attributes.Int("axis", softmax.Opset < 13 ? 1 : -1);
        if (Rank(softmax.Inputs[0]!) != rank || (axis != -1 && axis != rank - 1))
        {
            return null;
        }

        var parts = new Parts { Rank = rank, Scale = 1f };
        Value scores = softmax.Inputs[0]!;
        Node user = softmax;
        while (Only(scores, "Add", user) is { } add)
        {
            // The scores are the side that leads to the product.
            int side = Leads(add.Inputs[0]!, add, MaxMasks) ? 0 : 1;
            Value mask = add.Inputs[1 - side]!;
            if (!Match.IsSingle(mask) || Rank(mask) < 0 || Rank(mask) > rank || parts.Masks.Count == MaxMasks)
            {
                return null;
            }

            parts.Masks.Add(mask);
            scores = add.Inputs[side]!;
            user = add;
        }

        scores = Unscale(scores, ref user, ref parts.Scale);
        if (Only(scores, "MatMul", user) is not { Inputs: [{ } q, { } keys] } first)
        {
            return null;
        }

        Node queryUser = first;
        Node keyUser = first;
        q = Unscale(q, ref queryUser, ref parts.Scale);
        keys = Unscale(keys, ref keyUser, ref parts.Scale);
        if (Rank(q) != rank || Rank(keys) != rank || Match.Producer(keys, "Transpose") is not { } transpose || Perm(transpose, rank) is not { } keyPerm || keyPerm[rank - 2] != rank - 1)
        {
            return null;
        }

        // Kᵀ has its positions last: they are the third axis of K.
        parts.K = transpose.Inputs[0]!;
        parts.KeyPerm = (long[])keyPerm.Clone();
        (parts.KeyPerm[rank - 2], parts.KeyPerm[rank - 1]) = (keyPerm[rank - 1], keyPerm[rank - 2]);
        (parts.Q, parts.QueryPerm) = Source(q, rank);
        (parts.V, parts.ValuePerm) = Source(v, rank);
        return Match.IsSingle(parts.Q) && Match.IsSingle(parts.K) && Match.IsSingle(parts.V) && float.IsFinite(parts.Scale) && parts.Scale != 0f ? parts : null;
    }

    private void Replace(Node product, Parts parts)
    {
        Node last = product;
        long[] outputPerm = Identity(parts.Rank);
        if (_uses.OnlyUser(product.Outputs[0]!) is { OpType: "Transpose", Domain.Length: 0 } transpose && Perm(transpose, parts.Rank) is { } perm && perm[^1] == parts.Rank - 1)
        {
            last = transpose;
            for (int i = 0; i < parts.Rank; i++)
            {
                outputPerm[perm[i]] = i;
            }
        }

        Value? mask = null;
        foreach (Value next in parts.Masks)
        {
            if (mask is null)
            {
                mask = next;
                continue;
            }

            Node sum = NodeFactory.Make("", "Add", 14, $"{product.Name}:masks", [mask, next]);
            sum.Outputs[0]!.Type = ModelValueType.Tensor(ElementType.Float32);
            _graph.Nodes.Insert(_graph.Nodes.IndexOf(last), sum);
            mask = sum.Outputs[0];
        }

        var attributes = new AttributeMap();
        attributes.Set("scale", parts.Scale);
        attributes.Set("q_perm", parts.QueryPerm);
        attributes.Set("k_perm", parts.KeyPerm);
        attributes.Set("v_perm", parts.ValuePerm);
        attributes.Set("y_perm", outputPerm);
        Node made = NodeFactory.Make(Domains.Fused, "Attention", 1, product.Name, mask is null ? [parts.Q, parts.K, parts.V] : [parts.Q, parts.K, parts.V, mask], attributes, last.Outputs[0]);
        _graph.Nodes[_graph.Nodes.IndexOf(last)] = made;
    }

    // Whether a value comes, through that many further sums and one scale, from a product without other consumers.
    private bool Leads(Value value, Node user, int sums)
    {
        if (Only(value, "Add", user) is { } add)
        {
            return sums > 0 && (Leads(add.Inputs[0]!, add, sums - 1) || Leads(add.Inputs[1]!, add, sums - 1));
        }

        float scale = 1f;
        value = Unscale(value, ref user, ref scale);
        return Only(value, "MatMul", user) is not null;
    }

    // Removes a factor or divisor from a value without other consumers.
    private Value Unscale(Value value, ref Node user, ref float scale)
    {
        if (Only(value, "Mul", user) is { } mul && Match.WithScalar(mul, out float factor, out Value x) && Rank(x) == Rank(value))
        {
            scale *= factor;
            user = mul;
            return x;
        }

        if (Only(value, "Div", user) is { } div && Match.Scalar(div.Inputs[1], out float divisor) && Rank(div.Inputs[0]!) == Rank(value))
        {
            scale /= divisor;
            user = div;
            return div.Inputs[0]!;
        }

        return value;
    }

    private static (Value Source, long[] Perm) Source(Value value, int rank) =>
        Match.Producer(value, "Transpose") is { } transpose && Perm(transpose, rank) is { } perm && perm[^1] == rank - 1
            ? (transpose.Inputs[0]!, perm)
            : (value, Identity(rank));

    private static long[]? Perm(Node transpose, int rank)
    {
        if (transpose.Attributes.Ints("perm") is not { } perm || perm.Length != rank)
        {
            return null;
        }

        return Array.ConvertAll(perm, p => p < 0 ? p + rank : p);
    }

    private static long[] Identity(int rank)
    {
        var perm = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            perm[i] = i;
        }

        return perm;
    }

    private static int Rank(Value value) => value.Type?.Shape?.Count ?? -1;

    private Node? Only(Value? value, string opType, Node user) =>
        value is not null && Match.Producer(value, opType) is { } node && _uses.OnlyUser(value) == user ? node : null;

    private sealed class Parts
    {
        public float Scale;

        public int Rank { get; init; }

        public List<Value> Masks { get; } = [];

        public Value Q { get; set; } = null!;

        public Value K { get; set; } = null!;

        public Value V { get; set; } = null!;

        public long[] QueryPerm { get; set; } = [];

        public long[] KeyPerm { get; set; } = [];

        public long[] ValuePerm { get; set; } = [];
    }
}
