namespace Inference.Optimization.Quantization;

/// <summary>Specifies the processor that the quantized model is intended for.</summary>
public enum CpuTarget
{
    /// <summary>This machine.</summary>
    Auto,

    /// <summary>AVX2 without dot-product instructions: runtimes that add products in 16 bits saturate there, so weights use 7 bits and every runtime gives the same result.</summary>
    Avx2,

    /// <summary>AVX-512 without dot-product instructions; like <see cref="Avx2"/>.</summary>
    Avx512,

    /// <summary>With 8-bit dot-product instructions (VNNI on x64, always on Arm): weights use 8 bits.</summary>
    Vnni,
}
