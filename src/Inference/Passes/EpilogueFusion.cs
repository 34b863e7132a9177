using Inference.Graph;
using Inference.Operators;
using Inference.Operators.Contract;
using Inference.Operators.Fused;

namespace Inference.Passes;

/// <summary>
/// Moves what follows a matrix product (of integers too) or convolution into it: bias, addend (residual), activation. MatMul with a constant f32 matrix becomes <c>Linear</c>; Conv and
/// Gemm take the attributes <c>activation</c> and <c>activation_params</c>, Conv an addend as input 3.
/// </summary>
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
        ("MatMul", "") => node.Inputs[1]?.Constant is { Type: ElementType.Float, Rank: 2 } && TypeOf(node.Inputs[0]) is { ElementType: ElementType.Float, Shape.Count: >= 2 },
        ("Linear" or "IntegerLinear", Domains.Fused) => true,
        ("Conv", "") => TypeOf(node.Inputs[0])?.ElementType == ElementType.Float,
        ("Gemm", "") => TypeOf(node.Inputs[0])?.ElementType == ElementType.Float && node.Inputs[1]?.Constant is not null,
        _ => false,
    };

    private bool Absorb(Node node, out Node absorbed, out Node? alsoAbsorbed)
    {
        absorbed = null!;
        alsoAbsorbed = null;
        Value output = node.Outputs[0]!;
        if (node.Attributes.Contains("activation"))
        {
            return false;
        }

        if (_uses.OnlyUser(output) is { } user)
        {
            absorbed = user;
            return user is { OpType: "Add", Domain.Length: 0 } ? AbsorbAdd(node, user, output) : AbsorbActivation(node, user, output);
        }

        // SiLU: y·sigmoid(y), where y has two users.
        if (!_uses.IsPinned(output) && _uses.Users(output) is [var first, var second] && first != second)
        {
            Node? sigmoid = first.OpType == "Sigmoid" ? first : second.OpType == "Sigmoid" ? second : null;
            Node mul = sigmoid == first ? second : first;
            if (sigmoid is not null && mul is { OpType: "Mul", Domain.Length: 0 } && _uses.OnlyUser(sigmoid.Outputs[0]!) == mul)
            {
                alsoAbsorbed = sigmoid;
                absorbed = mul;
                return Take(node, mul, "Silu", []);
            }
        }

        return false;
    }

    private bool AbsorbAdd(Node node, Node add, Value output)
    {
        Value? other = add.Inputs[0] == output ? add.Inputs[1] : add.Inputs[0];
        if (other is null || other == output || TypeOf(output) is not { Shape: { } shape } || TypeOf(other) is not { ElementType: ElementType.Float, Shape: { } otherShape })
        {
            return false;
        }

        int biasInput = node.OpType == "IntegerLinear" ? IntegerLinear.BiasInput : 2;
        if (node.OpType is "MatMul" or "Linear" or "IntegerLinear" && other.Constant is { Rank: 1 } bias && bias.Count == shape[^1].Size && !node.HasInput(biasInput))
        {
            return Take(node, add, biasInput, other);
        }

        if (node.OpType == "Conv" && other.Constant is { } constant && !node.HasInput(3) && ChannelBias(node, constant, shape.Count) is { } sum)
        {
            return Take(node, add, 2, sum);
        }

        // An addend must have the output's very shape: known sizes, or symbols that are equal.
        if (node.OpType is "MatMul" or "Linear" or "Conv" && !node.HasInput(3) && other.Constant is null && SameShape(shape, otherShape))
        {
            return Take(node, add, 3, other);
        }

        return false;
    }

    // A convolution's bias B[O] plus a constant that has one value for each channel, or one in all.
    private static Value? ChannelBias(Node conv, Tensor constant, int rank)
    {
        Tensor? old = conv.HasInput(2) ? conv.Inputs[2]!.Constant : null;
        if (constant.Type != ElementType.Float || conv.Inputs[1]?.Type?.Shape is not [{ Size: { } channels }, ..] || constant.Rank > rank
            || (conv.HasInput(2) && old is not { Type: ElementType.Float }))
        {
            return null;
        }

        int axis = constant.Rank - (rank - 1);
        if (constant.Count != 1 && (axis < 0 || constant.Dims[axis] != channels || constant.Count != channels))
        {
            return null;
        }

        Tensor sum = Tensor.Allocate(ElementType.Float, [channels]);
        for (int c = 0; c < channels; c++)
        {
            sum.Span<float>()[c] = constant.Span<float>()[constant.Count == 1 ? 0 : c] + (old is null ? 0f : old.Span<float>()[c]);
        }

        return NodeFactory.Constant($"{conv.Outputs[0]!.Name}:bias", sum);
    }

    private bool AbsorbActivation(Node node, Node user, Value output)
    {
        if (user.Inputs.Count == 0 || user.Inputs[0] != output || user.Outputs.Count != 1)
        {
            return false;
        }

        return (user.Domain, user.OpType) switch
        {
            ("", "Relu" or "Sigmoid" or "Tanh") => Take(node, user, user.OpType, []),
            ("", "HardSwish") => Take(node, user, "HardSwish", []),
            ("", "LeakyRelu") => Take(node, user, "LeakyRelu", [user.Attributes.Float("alpha", 0.01f)]),
            ("", "HardSigmoid") => Take(node, user, "HardSigmoid", [user.Attributes.Float("alpha", 0.2f), user.Attributes.Float("beta", 0.5f)]),
            ("", "Elu") => Take(node, user, "Elu", [user.Attributes.Float("alpha", 1f)]),
            ("", "Gelu") => Take(node, user, user.Attributes.String("approximate", "none") == "tanh" ? "FastGelu" : "Gelu", []),
            ("com.microsoft", "Gelu") => Take(node, user, "Gelu", []),
            ("com.microsoft", "FastGelu") => !user.HasInput(1) && Take(node, user, "FastGelu", []),
            ("", "Clip") => ClipBounds(user, out float min, out float max) && Take(node, user, "Clip", [min, max]),
            _ => false,
        };
    }

    internal static bool ClipBounds(Node clip, out float min, out float max)
    {
        min = clip.Attributes.Float("min", float.NegativeInfinity);
        max = clip.Attributes.Float("max", float.PositiveInfinity);
        for (int i = 1; i <= 2; i++)
        {
            if (clip.HasInput(i))
            {
                if (clip.Inputs[i]!.Constant is not { Type: ElementType.Float, Count: 1 } bound)
                {
                    return false;
                }

                (i == 1 ? ref min : ref max) = bound.Span<float>()[0];
            }
        }

        return true;
    }

    private bool Take(Node node, Node user, string activation, float[] parameters)
    {
        node.Attributes.Set("activation", activation);
        if (parameters.Length > 0)
        {
            node.Attributes.Set("activation_params", parameters);
        }

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

    private static ModelValueType? TypeOf(Value? value) => value?.Type;

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
