using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>The remainder: with the divisor's sign, or with fmod=1 with the dividend's. Source: ONNX Mod, opsets 10 to 13.</summary>
internal static class Mod
{
    public static Operator Create(Node node) => node.Attributes.Int("fmod", 0) != 0
        ? new BinaryOperator<Arithmetic.Fmod>(node, default, TypeSet.Numeric)
        : new BinaryOperator<Arithmetic.FloorMod>(node, default, TypeSet.Numeric);
}
