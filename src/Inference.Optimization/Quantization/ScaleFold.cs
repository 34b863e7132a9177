namespace Inference.Optimization.Quantization;

/// <summary>Specifies what multiplies the channels of a value by constant factors.</summary>
internal enum ScaleFold
{
    /// <summary>A node of its own.</summary>
    Multiplication,

    /// <summary>Gain and offset of a normalization.</summary>
    Normalization,

    /// <summary>Weights and bias of the layer that makes the value.</summary>
    Layer,
}
