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

    /// <summary>
    /// Weights of MatMul, Gemm and Conv stored in bfloat16 behind a Cast to float32: half the bytes, 8 significant bits. Any runtime that casts bfloat16 runs the file, in float32; the managed engine multiplies MatMul and Gemm in bfloat16 where
    /// <see cref="ModelLoadOptions.Precision"/> allows it. Needs no calibration.
    /// </summary>
    BFloat16,
}
