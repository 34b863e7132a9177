using Inference.Kernels.Elementwise;

namespace Inference.Layers;

/// <summary>The activation that a layer applies to each element of its output. The default value is none: y = x. NaN stays NaN.</summary>
public readonly record struct LayerActivation
{
    private LayerActivation(Activation kernel)
    {
        Kernel = kernel;
    }

    /// <summary>y = x.</summary>
    public static LayerActivation None => default;

    /// <summary>y = max(x, 0).</summary>
    public static LayerActivation Relu => new(Activation.Relu);

    /// <summary>y = 1 / (1 + e^−x).</summary>
    public static LayerActivation Sigmoid => new(new(UnaryFunctions.Sigmoid));

    /// <summary>y = tanh x.</summary>
    public static LayerActivation Tanh => new(new(UnaryFunctions.Tanh));

    /// <summary>y = x/2 · (1 + erf(x/√2)).</summary>
    public static LayerActivation Gelu => new(new(UnaryFunctions.Gelu));

    /// <summary>y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))).</summary>
    public static LayerActivation GeluTanh => new(new(UnaryFunctions.GeluTanh));

    /// <summary>y = x / (1 + e^−x).</summary>
    public static LayerActivation Silu => new(new(UnaryFunctions.Silu, 1f));

    /// <summary>y = x · clamp(x/6 + 1/2, 0, 1).</summary>
    public static LayerActivation HardSwish => new(new(UnaryFunctions.HardSwish));

    internal Activation Kernel { get; }

    /// <summary>y = x &lt; 0 ? α·x : x.</summary>
    /// <param name="alpha">α; 0.01 by default, as in ONNX LeakyRelu.</param>
    public static LayerActivation LeakyRelu(float alpha = 0.01f) => new(new(UnaryFunctions.LeakyRelu, alpha));

    /// <summary>y = min(max(x, <paramref name="min"/>), <paramref name="max"/>).</summary>
    /// <param name="min">Lower bound; −∞ for none.</param>
    /// <param name="max">Upper bound; +∞ for none.</param>
    public static LayerActivation Clip(float min, float max) => new(Activation.Clip(min, max));
}
