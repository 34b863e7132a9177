namespace Inference;

/// <summary>Rounding modes of <see cref="Float8E8M0"/>, as in the <c>round_mode</c> attribute of ONNX Cast.</summary>
public enum Float8E8M0Rounding
{
    /// <summary>To the next larger power of two.</summary>
    Up,
    /// <summary>To the next smaller power of two.</summary>
    Down,
    /// <summary>To the nearest power of two, ties up.</summary>
    Nearest,
}
