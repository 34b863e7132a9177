namespace Inference.Kernels;

/// <summary>The instruction sets that a kernel requires, in ascending order.</summary>
public enum IsaTier
{
    /// <summary>Plain C#, which runs everywhere; the reference implementation of its family.</summary>
    Scalar = 0,

    /// <summary>128-bit vectors: Arm Advanced SIMD, WebAssembly, and 128-bit kernels for other processors.</summary>
    AdvSimd = 1,

    /// <summary>AVX2 and FMA, 256-bit vectors.</summary>
    Avx2 = 2,

    /// <summary>AVX-512 F, BW, DQ and VL, 512-bit vectors.</summary>
    Avx512 = 3,

    /// <summary>AVX-512 VNNI, with code generated at run time.</summary>
    Avx512Vnni = 4,

    /// <summary>AVX-512 BF16, with code generated at run time.</summary>
    Avx512Bf16 = 5,
}
