namespace Inference.Kernels.Elementwise;

/// <summary>An activation with its parameters; the default value is none.</summary>
/// <param name="Kind">Which function.</param>
/// <param name="Alpha">α of the function, where it has one.</param>
/// <param name="Beta">β of the function, where it has one.</param>
public readonly record struct Activation(ActivationKind Kind, float Alpha = 0f, float Beta = 0f)
{
    /// <summary>y = max(x, 0).</summary>
    public static Activation Relu => new(ActivationKind.Relu);

    /// <summary>y = min(max(x, <paramref name="min"/>), <paramref name="max"/>).</summary>
    /// <param name="min">Lower bound; −∞ for none.</param>
    /// <param name="max">Upper bound; +∞ for none.</param>
    public static Activation Clip(float min, float max) => new(ActivationKind.Clip, min, max);

    /// <summary>Whether it only clamps, to the bounds it gives; NaN stays NaN.</summary>
    internal bool IsClip(out float min, out float max)
    {
        (min, max) = Kind switch
        {
            ActivationKind.Relu => (0f, float.PositiveInfinity),
            ActivationKind.Clip => (Alpha, Beta),
            _ => (float.NegativeInfinity, float.PositiveInfinity),
        };
        return Kind is ActivationKind.Relu or ActivationKind.Clip;
    }
}
