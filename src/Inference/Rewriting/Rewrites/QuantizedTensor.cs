using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>An 8-bit value with constant per-tensor scale and zero point: what a QuantizeLinear makes or a DequantizeLinear takes.</summary>
/// <param name="Data">The 8-bit value.</param>
/// <param name="Scale">f32 constant of one element.</param>
/// <param name="Zero">Constant of one element of the 8-bit type.</param>
/// <param name="Source">The QuantizeLinear or DequantizeLinear.</param>
[Pattern("DequantizeLinear", "QuantizeLinear")]
internal sealed record QuantizedTensor(Value Data, Value Scale, Value Zero, Node Source)
{
    /// <summary>What a QuantizeLinear of f32 makes; null where it is not per tensor, 8 bits and constant.</summary>
    public static QuantizedTensor? OfQuantize(Node node) =>
        node is { OpType: "QuantizeLinear", Domain.Length: 0, Inputs: [{ } input, { } scale, { } zero], Outputs: [{ } output] } && Match.IsSingle(input) && IsScalar(node, scale, zero)
            ? new(output, scale, zero, node) : null;

    /// <summary>What the DequantizeLinear that makes a value takes; null where there is none of that kind.</summary>
    public static QuantizedTensor? OfDequantize(Value? value) =>
        Match.Producer(value, "DequantizeLinear") is { Inputs: [{ Constant: null } data, { } scale, { } zero], Outputs: [{ } output] } node && Match.IsSingle(output) && IsScalar(node, scale, zero)
            ? new(data, scale, zero, node) : null;

    // Scales above zero keep the order of numbers, which pooling and bounds rely on. Blocks have a scale each, even where one block is all there is.
    private static bool IsScalar(Node node, Value scale, Value zero) =>
        Match.Scalar(scale, out float number) && number > 0f && float.IsFinite(number) && zero.Constant is { Type: ElementType.UInt8 or ElementType.Int8, Count: 1 }
        && node.Attributes.Int("block_size", 0) == 0 && node.Attributes.Int("precision", 0) is 0 or (long)ElementType.Float32;
}
