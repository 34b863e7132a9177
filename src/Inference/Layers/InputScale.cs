namespace Inference.Layers;

/// <summary>
/// How a <see cref="QuantizedLinear"/> turns its input into 8 bits: q = clamp(round(x / scale) + zero point, 0, 255), halves to even. The default value is <see cref="Dynamic"/>.
/// </summary>
public readonly record struct InputScale
{
    private InputScale(float scale, byte zeroPoint)
    {
        Scale = scale;
        ZeroPoint = zeroPoint;
    }

    /// <summary>
    /// Scale and zero point are taken from the range of all elements of a run, 0 included: scale = (max − min)/255, as ONNX DynamicQuantizeLinear (opset 11) does. The rows of one
    /// run share them, so that an answer depends on the rows beside it.
    /// </summary>
    public static InputScale Dynamic => default;

    /// <summary>Whether scale and zero point are taken from each run.</summary>
    public bool IsDynamic => Scale == 0f;

    /// <summary>The scale; 0 where it is dynamic.</summary>
    public float Scale { get; }

    /// <summary>The code of 0.</summary>
    public byte ZeroPoint { get; }

    /// <summary>The same scale and zero point for every run: rows are independent of each other, and what lies outside the range is clamped.</summary>
    /// <param name="scale">Above 0 and finite.</param>
    /// <param name="zeroPoint">The code of 0, 0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not above 0 and finite.</exception>
    public static InputScale Static(float scale, byte zeroPoint) => scale > 0f && float.IsFinite(scale)
        ? new(scale, zeroPoint)
        : throw new ArgumentOutOfRangeException(nameof(scale), scale, "Input scale: expected a number above 0. Take (max − min)/255 of the range that inputs have.");
}
