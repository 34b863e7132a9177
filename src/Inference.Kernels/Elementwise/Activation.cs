namespace Inference.Kernels.Elementwise;

/// <summary>An activation that a kernel can apply before it stores a result: a function with its parameters. The default value is none: y = x.</summary>
internal readonly unsafe record struct Activation
{
    private readonly nint _body;
    private readonly Bounds _bounds;

    /// <summary>An activation.</summary>
    /// <param name="function">The function.</param>
    /// <param name="alpha">α of the function, where it has one.</param>
    /// <param name="beta">β of the function, where it has one.</param>
    public Activation(UnaryFunction function, float alpha = 0f, float beta = 0f)
    {
        ArgumentNullException.ThrowIfNull(function);
        _body = (nint)function.Best;
        _bounds = function == UnaryFunctions.Relu ? Bounds.Zero : function == UnaryFunctions.Clip ? Bounds.Parameters : Bounds.None;
        Alpha = alpha;
        Beta = beta;
    }

    private enum Bounds
    {
        None,
        Zero,
        Parameters,
    }

    /// <summary>y = max(x, 0).</summary>
    public static Activation Relu => new(UnaryFunctions.Relu);

    /// <summary>α of the function, where it has one.</summary>
    public float Alpha { get; }

    /// <summary>β of the function, where it has one.</summary>
    public float Beta { get; }

    /// <summary>Whether it is none.</summary>
    public bool IsNone => _body == 0;

    /// <summary>(x, y, count, α, β); null for none.</summary>
    internal delegate*<float*, float*, nint, float, float, void> Body => (delegate*<float*, float*, nint, float, float, void>)_body;

    /// <summary>y = min(max(x, <paramref name="min"/>), <paramref name="max"/>).</summary>
    /// <param name="min">Lower bound; −∞ for none.</param>
    /// <param name="max">Upper bound; +∞ for none.</param>
    public static Activation Clip(float min, float max) => new(UnaryFunctions.Clip, min, max);

    /// <summary>Whether it only clamps, to the bounds it gives; NaN stays NaN.</summary>
    internal bool IsClip(out float min, out float max)
    {
        (min, max) = _bounds switch
        {
            Bounds.Zero => (0f, float.PositiveInfinity),
            Bounds.Parameters => (Alpha, Beta),
            _ => (float.NegativeInfinity, float.PositiveInfinity),
        };
        return _bounds != Bounds.None;
    }
}
