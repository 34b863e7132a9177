using Inference.Operators.Filling;

namespace Inference.Operators.Padding;

/// <summary>Pad of all axes by constants.</summary>
internal sealed class PadLayout : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (node.Opset < 11 || node.HasInput(3) || !node.HasInput(1) || node.Inputs[1]!.Constant is not { } pads || !region.TryGet(node, 0, out Value? x, out int rank)
            || pads.Count != 2 * rank)
        {
            return null;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = x;
        inputs[1] = LayoutRegion.Reordered($"{node.Outputs[0]!.Name}:pads", pads, rank);
        return new(inputs, node.Attributes, rank);
    }
}
