namespace Inference.Operators.Images;

/// <summary>Resize whose scales, sizes and region are constants for all axes.</summary>
internal sealed class ResizeLayout : LayoutRule
{
    public override MovedNode? Move(Node node, LayoutRegion region)
    {
        if (node.Opset < 11 || node.Attributes.Contains("axes") || node.Attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize"
            || node.Attributes.String("keep_aspect_ratio_policy", "stretch") != "stretch" || !region.TryGet(node, 0, out Value? x, out int rank))
        {
            return null;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = x;
        for (int i = 1; i < inputs.Length; i++)
        {
            if (node.HasInput(i))
            {
                Tensor? given = inputs[i]!.Constant;
                if (given is null || (i > 1 && given.Count != 0 && given.Count != rank))
                {
                    return null;
                }

                inputs[i] = i == 1 || given.Count == 0 ? inputs[i] : LayoutRegion.Reordered($"{node.Outputs[0]!.Name}:{i}", given, rank);
            }
        }

        return new(inputs, node.Attributes, rank);
    }
}
