namespace Inference.Operators.Images;

/// <summary>The attributes of Resize, or what Upsample and Resize before opset 11 amount to.</summary>
internal sealed class ResizeOptions
{
    public ResizeOptions(Node node)
    {
        AttributeMap attributes = node.Attributes;
        bool old = node.OpType == "Upsample" || node.Opset < 11;
        Mode = attributes.String("mode", "nearest").ToUpperInvariant() switch
        {
            "NEAREST" => ResizeMode.Nearest,
            "LINEAR" or "BILINEAR" => ResizeMode.Linear,
            "CUBIC" => ResizeMode.Cubic,
            string other => throw Bad(node, "mode", "nearest, linear or cubic", other),
        };
        Coordinates = attributes.String("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel") switch
        {
            "half_pixel" => CoordinateMode.HalfPixel,
            "half_pixel_symmetric" => CoordinateMode.HalfPixelSymmetric,
            "pytorch_half_pixel" => CoordinateMode.PytorchHalfPixel,
            "align_corners" => CoordinateMode.AlignCorners,
            "asymmetric" => CoordinateMode.Asymmetric,
            "tf_half_pixel_for_nn" => CoordinateMode.TfHalfPixelForNearest,
            "tf_crop_and_resize" => CoordinateMode.TfCropAndResize,
            string other => throw Bad(
                node, "coordinate_transformation_mode", "half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric, tf_half_pixel_for_nn or tf_crop_and_resize", other),
        };
        Nearest = old ? NearestMode.Simple : attributes.String("nearest_mode", "round_prefer_floor") switch
        {
            "round_prefer_floor" => NearestMode.RoundPreferFloor,
            "round_prefer_ceil" => NearestMode.RoundPreferCeil,
            "floor" => NearestMode.Floor,
            "ceil" => NearestMode.Ceil,
            string other => throw Bad(node, "nearest_mode", "round_prefer_floor, round_prefer_ceil, floor or ceil", other),
        };
        Policy = attributes.String("keep_aspect_ratio_policy", "stretch") switch
        {
            "stretch" => AspectPolicy.Stretch,
            "not_larger" => AspectPolicy.NotLarger,
            "not_smaller" => AspectPolicy.NotSmaller,
            string other => throw Bad(node, "keep_aspect_ratio_policy", "stretch, not_larger or not_smaller", other),
        };
        Antialias = attributes.Int("antialias", 0) != 0;
        ExcludeOutside = attributes.Int("exclude_outside", 0) != 0;
        CubicA = attributes.Float("cubic_coeff_a", -0.75f);
        Extrapolation = attributes.Float("extrapolation_value", 0);
        Axes = attributes.Ints("axes");
        FractionalLength = node.OpType == "Resize" && node.Opset >= 19;
    }

    public ResizeMode Mode { get; }

    /// <summary>Whether pytorch_half_pixel, align_corners and tf_crop_and_resize take the length before it is rounded down, size·scale: the standard's own cases do from opset 19 on; before,
    /// exporters mean the length of the output, as PyTorch and ONNX Runtime compute.</summary>
    public bool FractionalLength { get; }

    public CoordinateMode Coordinates { get; }

    public NearestMode Nearest { get; }

    public AspectPolicy Policy { get; }

    public bool Antialias { get; }

    public bool ExcludeOutside { get; }

    public double CubicA { get; }

    public float Extrapolation { get; }

    public long[]? Axes { get; }

    private static ModelLoadException Bad(Node node, string name, string expected, string got) =>
        new($"{node.Describe()}: attribute '{name}': expected {expected}, got '{got}'.");
}
