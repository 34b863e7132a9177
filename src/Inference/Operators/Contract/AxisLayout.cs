namespace Inference.Operators.Contract;

/// <summary>An operator that works along one axis, which an attribute names, and treats all others alike.</summary>
/// <param name="byDefault">The axis where none is named.</param>
/// <param name="since">The first version that works along one axis.</param>
/// <param name="all">Whether all inputs are tensors of that form (Concat); else input 0 is, and others are parameters.</param>
internal sealed class AxisLayout(long byDefault, int since = 1, bool all = false) : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (node.Opset < since || !region.TryGet(node, 0, out _, out int rank))
        {
            return null;
        }

        Value?[] inputs = [.. node.Inputs];
        for (int i = 0; i < (all ? inputs.Length : 1); i++)
        {
            if (!region.TryGet(node, i, out inputs[i], out int own) || own != rank)
            {
                return null;
            }
        }

        AttributeMap attributes = node.Attributes.Copy();
        attributes.Set("axis", LayoutRegion.AxisOf(node.Attributes.Int("axis", byDefault), rank));
        return new(inputs, attributes, rank);
    }
}
