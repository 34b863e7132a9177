namespace Inference.Kernels;

/// <summary>The instruction sets that a kernel needs, ordered from none to most.</summary>
public enum IsaTier
{
    /// <summary>Plain C#, runs everywhere; the reference of its family.</summary>
    Scalar = 0,

    /// <summary>128-bit vectors: Arm Advanced SIMD, and the 128-bit rows of other processors.</summary>
    AdvSimd = 1,

    /// <summary>AVX2 and FMA, 256-bit vectors.</summary>
    Avx2 = 2,

    /// <summary>AVX-512 F, BW, DQ and VL, 512-bit vectors.</summary>
    Avx512 = 3,

    /// <summary>AVX-512 VNNI through code assembled at run time.</summary>
    Avx512Vnni = 4,
}
