namespace Inference.Kernels.Quantized.Results;

/// <summary>Element type of a quantized product's result.</summary>
internal enum QuantizedOutput
{
    /// <summary>The accumulator itself, s32.</summary>
    Int32 = 0,

    /// <summary>Requantized to u8.</summary>
    UInt8 = 1,

    /// <summary>Requantized to s8.</summary>
    Int8 = 2,

    /// <summary>Dequantized to f32.</summary>
    Float32 = 3,
}
