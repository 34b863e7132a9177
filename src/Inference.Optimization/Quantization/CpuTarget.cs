namespace Inference.Optimization.Quantization;

/// <summary>The processor that the quantized model is for.</summary>
public enum CpuTarget
{
    /// <summary>This machine.</summary>
    Auto,

    /// <summary>AVX2 without dot-product instructions: runtimes that add products in 16 bits saturate there, so weights take 7 bits and every runtime gives the same answer.</summary>
    Avx2,

    /// <summary>AVX-512 without dot-product instructions; as <see cref="Avx2"/>.</summary>
    Avx512,

    /// <summary>With 8-bit dot-product instructions (VNNI on x64, always on Arm): weights take 8 bits.</summary>
    Vnni,
}
