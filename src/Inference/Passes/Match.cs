using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Small questions that pattern passes ask of nodes and values.</summary>
internal static class Match
{
    /// <summary>The node of this operator (standard domain) that makes a value; null otherwise.</summary>
    public static Node? Producer(Value? value, string opType) => value?.Producer is { Domain.Length: 0 } node && node.OpType == opType ? node : null;

    /// <summary>Whether a value is a constant of one f32 element; the element.</summary>
    public static bool Scalar(Value? value, out float number)
    {
        number = 0;
        if (value?.Constant is not { Type: ElementType.Float, Count: 1 } constant)
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

    /// <summary>Whether a ReduceMean is over the last axis alone and keeps it.</summary>
    public static bool IsLastAxisMean(Node? node)
    {
        if (node is not { OpType: "ReduceMean", Domain.Length: 0 } || node.Attributes.Int("keepdims", 1) == 0)
        {
            return false;
        }

        long[]? axes = node.Attributes.Ints("axes") ?? (node.HasInput(1) ? node.Inputs[1]!.Constant?.ToInt64Array() : null);
        return axes is [var axis] && (axis == -1 || axis == (node.Inputs[0]!.Type?.Shape?.Count ?? 0) - 1);
    }

    public static bool IsSingle(Value value) => value.Type is { Kind: ModelValueKind.Tensor, ElementType: ElementType.Float };
}
