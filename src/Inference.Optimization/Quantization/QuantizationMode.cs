namespace Inference.Optimization.Quantization;

/// <summary>When activations are quantized.</summary>
public enum QuantizationMode
{
    /// <summary>Activations and weights in 8 bits, ranges of activations fixed by calibration.</summary>
    Static,

    /// <summary>MatMul and Gemm in 8 bits, ranges of activations taken from the values of each run; other weights stored in 8 bits. Needs no calibration.</summary>
    Dynamic,

    /// <summary>Weights stored in 8 or 4 bits, computed in float. Needs no calibration.</summary>
    WeightOnly,
}
