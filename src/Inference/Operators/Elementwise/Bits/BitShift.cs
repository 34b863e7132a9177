using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>y = a shifted by b bits in the attribute's direction. Source: ONNX BitShift, opset 11.</summary>
internal static class BitShift
{
    public static Operator Create(Node node) => node.Attributes.String("direction") switch
    {
        "LEFT" => new BitOperator<BitFunctions.ShiftLeft>(node, TypeSet.Unsigned),
        "RIGHT" => new BitOperator<BitFunctions.ShiftRight>(node, TypeSet.Unsigned),
        string other => throw new ModelLoadException($"{node.Describe()}: attribute 'direction': expected LEFT or RIGHT, got '{other}'."),
    };
}
