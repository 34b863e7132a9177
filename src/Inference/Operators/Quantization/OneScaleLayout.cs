namespace Inference.Operators.Quantization;

/// <summary>Quantizing and dequantizing with one scale do not look at positions.</summary>
internal sealed class OneScaleLayout : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region) =>
        node.HasInput(1) && node.Inputs[1]!.Constant is { Count: 1 } && region.TryGet(node, 0, out Value? x, out int rank)
            ? new([x, .. node.Inputs.Skip(1)], node.Attributes, rank) : null;
}
