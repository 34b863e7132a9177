using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Convolution.Jobs;

/// <summary>
/// What happens to each sum before it is stored: y = activation(sum + Bias[channel] + Residual). Pointers are borrowed for the
/// call; null means absent.
/// </summary>
internal unsafe struct ConvolutionEpilogue
{
    /// <summary>[O]: one value for each output channel.</summary>
    public float* Bias;

    /// <summary>Shape and layout of y; may be y itself.</summary>
    public float* Residual;

    /// <summary>Applied last.</summary>
    public Activation Activation;
}
