namespace Inference.Operators.Reduction;

/// <summary>
/// A reduction with channels last: its axes lie elsewhere. Without the reduced dimensions the result has an order of its own, which is the declared one where all spatial axes are reduced.
/// </summary>
/// <param name="axesInput">The first version whose axes are an input.</param>
/// <param name="pools">Whether the mean of each channel's image is taken by a pooling.</param>
internal sealed class ReducedLayout(int axesInput, bool pools = false) : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (!region.TryGet(node, 0, out Value? x, out int rank) || ReducedAxes.Of(node, axesInput) is not { Length: > 0 } axes || Array.Exists(axes, a => a < -rank || a >= rank))
        {
            return null;
        }

        long[] declared = [.. axes.Select(a => a < 0 ? a + rank : a).Order()];
        bool isImage = declared.AsSpan().SequenceEqual([.. Enumerable.Range(2, rank - 2).Select(i => (long)i)]);
        bool keeps = node.Attributes.Int("keepdims", 1) != 0;
        var attributes = node.Attributes.Copy();
        if (pools && keeps && isImage && rank == 4 && x.Type is { ElementType: ElementType.Float32 })
        {
            attributes = new AttributeMap();
            attributes.Set("kind", "GlobalMean");
            return new([x], attributes, rank) { FusedType = "NhwcPool" };
        }

        if (!keeps && !isImage)
        {
            return null;
        }

        long[] moved = [.. declared.Select(a => LayoutRegion.AxisOf(a, rank)).Order()];
        Value?[] inputs = [x];
        if (node.Opset < axesInput)
        {
            attributes.Set("axes", moved);
        }
        else
        {
            inputs = [x, ConstantValue.Of($"{node.Outputs[0]!.Name}:axes", moved)];
        }

        return new(inputs, attributes, rank) { IsDeclared = !keeps };
    }
}
