namespace Inference.Optimization.Quantization;

/// <summary>Specifies when activations are quantized.</summary>
public enum QuantizationMode
{
    /// <summary>Activations and weights in 8 bits; the ranges of activations are fixed by calibration.</summary>
    Static,

    /// <summary>MatMul and Gemm in 8 bits, with activation ranges computed in each run; other weights are stored in 8 bits. Needs no calibration.</summary>
    Dynamic,

    /// <summary>Weights stored in 8 or 4 bits, computed in float. Needs no calibration.</summary>
    WeightOnly,
}
