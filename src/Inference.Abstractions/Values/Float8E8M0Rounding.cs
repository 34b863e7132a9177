namespace Inference;

/// <summary>Rounding of <see cref="Float8E8M0"/>, as ONNX Cast's <c>round_mode</c>.</summary>
public enum Float8E8M0Rounding
{
    /// <summary>To the next larger power of two.</summary>
    Up,
    /// <summary>To the next smaller power of two.</summary>
    Down,
    /// <summary>To the nearest power of two, ties up.</summary>
    Nearest,
}
