namespace Inference.Rewriting.Framework;

/// <summary>Small questions that pattern passes ask of nodes and values.</summary>
internal static class Match
{
    /// <summary>The node of this operator (standard domain, numpy's broadcasting) that makes a value; null otherwise.</summary>
    public static Node? Producer(Value? value, string opType) => value?.Producer is { } node && Is(node, opType) ? node : null;

    /// <summary>Whether a node is of this operator: of the standard's domain, and without the axis that broadcasting started from before opset 7.</summary>
    public static bool Is(Node node, string opType) =>
        node.Domain.Length == 0 && node.OpType == opType && (node.Opset >= 7 || !node.Attributes.Contains("broadcast") || !node.Attributes.Contains("axis"));

    /// <summary>
    /// Whether two values are known to have one rank. Element-wise operators never lower it, and constants of one element change nothing but the rank: a chain of both whose
    /// result has its argument's rank has its argument's shape.
    /// </summary>
    public static bool SameRank(Value a, Value b) => a.Type?.Shape is { } x && b.Type?.Shape is { } y && x.Count == y.Count;

    /// <summary>Whether two values are declared to have one shape, of a rank that is known: worth fusing for operators that broadcast where it turns out otherwise.</summary>
    public static bool IsLikeShape(Value a, Value b)
    {
        if (!SameRank(a, b))
        {
            return false;
        }

        for (int i = 0; i < a.Type!.Shape!.Count; i++)
        {
            if (!SymbolForms.IsLike(a.Type.Shape[i], b.Type!.Shape![i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a value is a constant of one f32 element, of any rank; the element. See <see cref="SameRank"/>.</summary>
    public static bool Scalar(Value? value, out float number)
    {
        number = 0;
        if (value?.Constant is not { Type: ElementType.Float32, Count: 1 } constant)
        {
            return false;
        }

        number = constant.Span<float>()[0];
        return true;
    }

    /// <summary>Whether a node with two inputs has this value as one; the other.</summary>
    public static bool Other(Node? node, Value value, out Value other)
    {
        other = null!;
        if (node is not { Inputs.Count: 2 })
        {
            return false;
        }

        Value? found = node.Inputs[0] == value ? node.Inputs[1] : node.Inputs[1] == value ? node.Inputs[0] : null;
        other = found!;
        return found is not null;
    }

    /// <summary>Whether one input is a scalar constant; the scalar and the other input.</summary>
    public static bool WithScalar(Node? node, out float number, out Value other)
    {
        other = null!;
        number = 0;
        if (node is not { Inputs: [{ } a, { } b] })
        {
            return false;
        }

        other = Scalar(b, out number) ? a : Scalar(a, out number) ? b : null!;
        return other is not null;
    }

    public static bool IsSingle(Value value) => value.Type is { Kind: ModelValueKind.Tensor, ElementType: ElementType.Float32 };
}
