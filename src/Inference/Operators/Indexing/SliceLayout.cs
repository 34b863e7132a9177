using Inference.Operators.Filling;

namespace Inference.Operators.Indexing;

/// <summary>Slice where constants name its axes.</summary>
internal sealed class SliceLayout : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (node.Opset < 10 || !node.HasInput(3) || node.Inputs[3]!.Constant is not { Type: ElementType.Int64 or ElementType.Int32 } axes || !region.TryGet(node, 0, out Value? x, out int rank))
        {
            return null;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = x;
        inputs[3] = ConstantValue.Of($"{node.Outputs[0]!.Name}:axes", [.. axes.ToInt64Array().Select(a => LayoutRegion.AxisOf(a, rank))]);
        return new(inputs, node.Attributes, rank);
    }
}
