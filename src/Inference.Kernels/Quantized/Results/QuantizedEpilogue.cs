using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Quantized.Results;

/// <summary>
/// What happens to an accumulator S[m,n] (with zero points already taken out) before it is stored. With T = S + Bias[n] (s32, modulo 2^32):
/// s32 stores T; u8 and s8 store round(clamp(T · Scale[n], qmin − z, qmax − z)) + z, halves to even, z = <see cref="ZeroPoint"/>;
/// f32 stores activation(T · Scale[n] · (RowScale[m] or 1) + FloatBias[n]). Source: ONNX QLinearMatMul, opset 21.
/// Pointers are borrowed for the call; null means absent.
/// </summary>
internal unsafe struct QuantizedEpilogue
{
    /// <summary>Element type of the result.</summary>
    public QuantizedOutput Output;

    /// <summary>[N], s32.</summary>
    public int* Bias;

    /// <summary>[N] or [1] f32 multipliers, see <see cref="ScalePerColumn"/>; not used for s32.</summary>
    public float* Scale;

    /// <summary>Whether <see cref="Scale"/> has one element for each column.</summary>
    public bool ScalePerColumn;

    /// <summary>Zero point of a u8 or s8 result.</summary>
    public int ZeroPoint;

    /// <summary>Whether a u8 or s8 result is clamped to [<see cref="ClipLow"/>, <see cref="ClipHigh"/>] as well.</summary>
    public bool Clip;

    /// <summary>Smallest result, in the output type's range.</summary>
    public int ClipLow;

    /// <summary>Largest result, in the output type's range.</summary>
    public int ClipHigh;

    /// <summary>256 bytes that map each u8 or s8 result, by its bits: see <see cref="ByteTable"/>. Applied last. For convolutions only.</summary>
    public byte* Table;

    /// <summary>[M] f32: a second factor for each row of an f32 result.</summary>
    public float* RowScale;

    /// <summary>[N] f32: added to an f32 result.</summary>
    public float* FloatBias;

    /// <summary>Applied last to an f32 result.</summary>
    public Activation Activation;

    /// <summary>The bounds of a u8 or s8 result less its zero point.</summary>
    internal readonly void Bounds(out float low, out float high)
    {
        bool signed = Output == QuantizedOutput.Int8;
        low = (Clip ? Math.Max(ClipLow, signed ? -128 : 0) : signed ? -128 : 0) - ZeroPoint;
        high = (Clip ? Math.Min(ClipHigh, signed ? 127 : 255) : signed ? 127 : 255) - ZeroPoint;
    }
}
