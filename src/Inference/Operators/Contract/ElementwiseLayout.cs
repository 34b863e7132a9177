namespace Inference.Operators.Contract;

/// <summary>Each element of the output depends on those that broadcasting pairs: the order does not matter where all have one.</summary>
internal sealed class ElementwiseLayout : LayoutRule
{
    /// <summary>All inputs are paired.</summary>
    public static readonly ElementwiseLayout All = new();

    /// <summary>Input 0 alone; others are parameters.</summary>
    public static readonly ElementwiseLayout First = new(0);

    private readonly int[]? _paired;

    /// <summary>A rule.</summary>
    /// <param name="paired">Inputs that are paired; none: all. Others are parameters.</param>
    public ElementwiseLayout(params int[] paired) => _paired = paired.Length == 0 ? null : paired;

    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        int rank = node.Outputs[0]?.Type?.Shape?.Count ?? 0;
        if (rank is not (3 or 4) || !BroadcastsFromTheRight(node))
        {
            return null;
        }

        var inputs = new Value?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            Value? input = node.Inputs[i];
            inputs[i] = input;
            if (input is null || (_paired is not null && Array.IndexOf(_paired, i) < 0))
            {
                continue;
            }

            if (region.Last(input) is { } last)
            {
                // Broadcasting aligns from the right, so both orders agree only between equal ranks.
                if (last.Type?.Shape?.Count != rank)
                {
                    return null;
                }

                inputs[i] = last;
            }
            else if (input.Constant is { } constant && Broadcastable(constant, rank) is { } moved)
            {
                inputs[i] = moved == constant ? input : ConstantValue.Of($"{input.Name}:last", moved);
            }
            else
            {
                return null;
            }
        }

        return new(inputs, node.Attributes, rank);
    }

    /// <summary>Whether a node does without the axis that broadcasting started from before opset 7.</summary>
    public static bool BroadcastsFromTheRight(Node node) => node.Domain.Length > 0 || node.Opset >= 7 || !node.Attributes.Contains("broadcast") || !node.Attributes.Contains("axis");

    // A scalar as it is; per-channel constants [C,1..] or [1,C,1..] as [C].
    private static Tensor? Broadcastable(Tensor constant, int rank)
    {
        if (constant.Count == 1 && constant.Rank <= rank)
        {
            return constant;
        }

        int channelAxis = constant.Rank - (rank - 1);
        if (channelAxis is not (0 or 1) || constant.Type == ElementType.String)
        {
            return null;
        }

        long channels = constant.Dims[channelAxis];
        if (channels != constant.Count || channels == 0)
        {
            return null;
        }

        var vector = new Tensor();
        vector.SetView(constant, constant.Type, [channels]);
        return vector;
    }
}
