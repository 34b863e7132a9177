namespace Inference.Operators.Pooling;

/// <summary>Pooling of f32, which a fused operator does with channels last.</summary>
internal sealed class PoolLayout : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (!region.TryGet(node, 0, out Value? x, out int rank) || node.Inputs[0]!.Type is not { ElementType: ElementType.Float32 } || node.Outputs.Count != 1)
        {
            return null;
        }

        AttributeMap attributes = node.Attributes.Copy();
        attributes.Set("kind", node.OpType);
        return new([x], attributes, rank) { FusedType = "NhwcPool" };
    }
}
