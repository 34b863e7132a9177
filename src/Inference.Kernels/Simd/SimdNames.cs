namespace Inference.Kernels.Simd;

/// <summary>Tile and ISA part of the names of kernels written over <see cref="ISimd{TVector}"/>.</summary>
internal static class SimdNames
{
    public static string Of(IsaTier tier) => tier switch
    {
        IsaTier.Avx512 => "16_avx512",
        IsaTier.Avx2 => "8_avx2",
        IsaTier.AdvSimd => "4_vector128",
        _ => "1_scalar",
    };

    /// <summary>Lanes of f32 of a tier's vectors.</summary>
    public static int Lanes(IsaTier tier) => tier switch
    {
        >= IsaTier.Avx512 => 16,
        IsaTier.Avx2 => 8,
        IsaTier.AdvSimd => 4,
        _ => 1,
    };
}
