namespace Inference.Operators.Reduction;

/// <summary>The mean of each channel's image, which is a pooling of all of it.</summary>
internal sealed class MeanLayout : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (!region.TryGet(node, 0, out Value? x, out int rank) || rank != 4 || node.Inputs[0]!.Type is not { ElementType: ElementType.Float32 } || node.Attributes.Int("keepdims", 1) == 0
            || ReducedAxes.Of(node) is not { Length: 2 } axes || (long[])[.. axes.Select(a => a < 0 ? a + rank : a).Order()] is not [2, 3])
        {
            return null;
        }

        var attributes = new AttributeMap();
        attributes.Set("kind", "GlobalMean");
        return new([x], attributes, rank) { FusedType = "NhwcPool" };
    }
}
