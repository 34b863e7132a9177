using Inference.Operators.Fused;
using Inference.Operators.Standard;
using Inference.Operators.Typed;
using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Moves what follows a matrix product (of integers too) or convolution into it: bias, addend (residual), activation. MatMul with a constant f32 matrix becomes <c>Linear</c>; Conv and
/// Gemm take the attributes <c>activation</c> and <c>activation_params</c>, Conv an addend as input 3. All that is absorbed gives the same for every shape of every call.
/// </summary>
[Pattern("Add", "Conv", "Gemm", "IntegerLinear", "Linear", "MatMul", "Mul", "Sigmoid", "Swish")]
internal sealed class EpilogueFusion
{
    private readonly ModelGraph _graph;
    private readonly UseMap _uses;
    private readonly Dictionary<Node, int> _positions = [];

    private EpilogueFusion(ModelGraph graph)
    {
        _graph = graph;
        _uses = new(graph);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            _positions[graph.Nodes[i]] = i;
        }
    }

    public static void Run(ModelGraph graph) => new EpilogueFusion(graph).Run();

    private void Run()
    {
        // Places of nodes that moved or went stay empty until the end, so that each move costs the same in a graph of any size.
        var places = new Node?[_graph.Nodes.Count];
        _graph.Nodes.CopyTo(places!);
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] is not { } node)
            {
                continue;
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (!IsProduct(node))
            {
                continue;
            }

            // The fused node takes the last absorbed node's place: all its inputs are made by then.
            Node current = node;
            while (Absorb(current, out Node? absorbed, out Node? alsoAbsorbed))
            {
                int at = _positions[absorbed];
                places[_positions[current]] = null;
                places[at] = current;
                _positions[current] = at;
                if (alsoAbsorbed is not null)
                {
                    places[_positions[alsoAbsorbed]] = null;
                }
            }
        }

        _graph.Nodes.Clear();
        _graph.Nodes.AddRange(places.OfType<Node>());
    }

    private static bool IsProduct(Node node) => node.Outputs.Count == 1 && (node.OpType, node.Domain) switch
    {
        ("MatMul", "") => node.Inputs is [{ } x, { Constant: { Type: ElementType.Float32, Rank: 2 } }] && Match.IsSingle(x),
        ("Linear" or "IntegerLinear", Domains.Fused) => true,
        ("Conv", "") => node.Inputs is [{ } x, { }, ..] && Match.IsSingle(x),
        ("Gemm", "") => node.Inputs is [{ } x, { Constant: not null }, ..] && Match.IsSingle(x),
        _ => false,
    };

    private bool Absorb(Node node, out Node absorbed, out Node? alsoAbsorbed)
    {
        absorbed = null!;
        alsoAbsorbed = null;
        Value output = node.Outputs[0]!;
        if (node.Attributes.Contains(FusedActivation.Attribute))
        {
            return false;
        }

        if (_uses.OnlyUser(output) is { } user)
        {
            absorbed = user;
            return Match.Is(user, "Add") ? AbsorbAdd(node, user, output) : AbsorbActivation(node, user, output);
        }

        // SiLU: y·sigmoid(y), where y has two users.
        if (!_uses.IsPinned(output) && _uses.Users(output) is [var first, var second] && first != second)
        {
            Node? sigmoid = Match.Is(first, "Sigmoid") ? first : Match.Is(second, "Sigmoid") ? second : null;
            Node mul = sigmoid == first ? second : first;
            if (sigmoid is { Outputs: [{ } gate] } && Match.Is(mul, "Mul") && _uses.OnlyUser(gate) == mul)
            {
                alsoAbsorbed = sigmoid;
                absorbed = mul;
                return Take(node, mul, StandardOperators.Table.TraitsOf("", "Swish").Unary!.Form.Of(_ => 1f));
            }
        }

        return false;
    }

    private bool AbsorbAdd(Node node, Node add, Value output)
    {
        if (!Match.Other(add, output, out Value other) || other == output || !Match.IsSingle(other))
        {
            return false;
        }

        // The product's last dimension is that of the constant matrix, and no bias of one dimension widens it.
        int biasInput = node.OpType == "IntegerLinear" ? IntegerLinear.BiasInput : 2;
        if (node.OpType is "MatMul" or "Linear" or "IntegerLinear" && other.Constant is { Rank: 1 } bias && bias.Count == node.Inputs[1]!.Constant!.Dims[1] && !node.HasInput(biasInput))
        {
            return Take(node, add, biasInput, other);
        }

        if (node.OpType == "Conv" && other.Constant is { } constant && !node.HasInput(3) && ChannelBias(node, constant) is { } sum)
        {
            return Take(node, add, 2, sum);
        }

        // Kernels add a value of the output's shape as they go; one that turns out to have another broadcasts, as it did, only slower. Convolutions with constant
        // weights become the fused operator that knows this by layout propagation.
        bool adds = node.OpType is "MatMul" or "Linear" || LayoutPropagation.IsConvolution(node);
        return adds && !node.HasInput(3) && other.Constant is null && Match.IsLikeShape(output, other) && Take(node, add, 3, other);
    }

    // A convolution's bias B[O] plus a constant that has one value for each channel, or one in all.
    private static Value? ChannelBias(Node conv, Tensor constant)
    {
        Tensor? old = conv.HasInput(2) ? conv.Inputs[2]!.Constant : null;
        if (constant.Type != ElementType.Float32 || conv.Inputs[1]!.Type?.Shape is not [{ Size: { } channels }, ..] weights || constant.Rank > weights.Count
            || (conv.HasInput(2) && (old is not { Type: ElementType.Float32, Rank: 1 } || old.Count != channels)))
        {
            return null;
        }

        // The channels are the second dimension of the output, which has the weights' rank; all others must be 1.
        int axis = constant.Rank - (weights.Count - 1);
        if (constant.Count != 1 && (axis < 0 || constant.Dims[axis] != channels || constant.Count != channels || channels == 0))
        {
            return null;
        }

        Tensor sum = Tensor.Allocate(ElementType.Float32, [channels]);
        for (int c = 0; c < channels; c++)
        {
            sum.Span<float>()[c] = constant.Span<float>()[constant.Count == 1 ? 0 : c] + (old is null ? 0f : old.Span<float>()[c]);
        }

        return ConstantValue.Of($"{conv.Outputs[0]!.Name}:bias", sum);
    }

    private bool AbsorbActivation(Node node, Node user, Value output)
    {
        if (user.Inputs.Count == 0 || user.Inputs[0] != output || user.Outputs.Count != 1)
        {
            return false;
        }

        return user.Operator!.Traits.Unary?.Of(user) is { } function && Take(node, user, function);
    }

    private bool Take(Node node, Node user, UnaryCall activation)
    {
        node.Attributes.Set(FusedActivation.Attribute, activation);
        Finish(node, user);
        return true;
    }

    private bool Take(Node node, Node user, int input, Value value)
    {
        while (node.Inputs.Count <= input)
        {
            node.Inputs.Add(null);
        }

        node.Inputs[input] = value;
        _uses.Remove(value, user);
        _uses.Add(value, node);
        Finish(node, user);
        return true;
    }

    private void Finish(Node node, Node user)
    {
        node.Outputs[0] = user.Outputs[0];
        node.Outputs[0]!.Producer = node;
        if (node.OpType == "MatMul")
        {
            node.OpType = "Linear";
            node.Domain = Domains.Fused;
            node.Opset = 1;
        }

        NodeFactory.SetOperator(node);
    }

    /// <summary>Whether two shapes are known to be one: equal sizes, or equal symbols, which stand for equal sizes while passes run.</summary>
    internal static bool SameShape(IReadOnlyList<Dimension> a, IReadOnlyList<Dimension> b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (int i = 0; i < a.Count; i++)
        {
            bool same = a[i].IsFixed ? a[i].Size == b[i].Size : a[i].Symbol is not null && a[i].Symbol == b[i].Symbol;
            if (!same)
            {
                return false;
            }
        }

        return true;
    }
}
