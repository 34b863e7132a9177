namespace Inference.Layers;

/// <summary>
/// How a <see cref="QuantizedLinear"/> quantizes its input to 8 bits: q = clamp(round(x / scale) + zero point, 0, 255), ties to even. The default value is <see cref="Dynamic"/>.
/// </summary>
public readonly record struct InputScale
{
    private InputScale(float scale, byte zeroPoint)
    {
        Scale = scale;
        ZeroPoint = zeroPoint;
    }

    /// <summary>
    /// Scale and zero point are computed from the range of all elements of a run, including 0: scale = (max − min)/255, as in ONNX DynamicQuantizeLinear (opset 11). The rows of one
    /// run share them, so a row's result depends on the other rows.
    /// </summary>
    public static InputScale Dynamic => default;

    /// <summary>Whether scale and zero point are computed for each run.</summary>
    public bool IsDynamic => Scale == 0f;

    /// <summary>The scale; 0 if it is dynamic.</summary>
    public float Scale { get; }

    /// <summary>The code of 0.</summary>
    public byte ZeroPoint { get; }

    /// <summary>Uses the same scale and zero point for every run: rows are independent of each other, and values outside the range are clamped.</summary>
    /// <param name="scale">The scale, greater than 0 and finite.</param>
    /// <param name="zeroPoint">The code of 0, 0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not greater than 0 and finite.</exception>
    public static InputScale Static(float scale, byte zeroPoint) => scale > 0f && float.IsFinite(scale)
        ? new(scale, zeroPoint)
        : throw new ArgumentOutOfRangeException(nameof(scale), scale, "Input scale: expected a finite number greater than 0. Use (max − min)/255 of the input range.");
}
