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

    /// <summary>The four widths of a kernel that picks its width by size.</summary>
    public static void Describe(List<KernelInfo> to, string family)
    {
        bool chosen = false;
        foreach ((IsaTier tier, bool supported) in ((IsaTier, bool)[])
            [
                (IsaTier.Avx512, Simd512.IsSupported),
                (IsaTier.Avx2, Simd256.IsSupported),
                (IsaTier.AdvSimd, Simd128.IsSupported),
                (IsaTier.Scalar, true),
            ])
        {
            to.Add(new KernelInfo(family, $"{family}_{Of(tier)}", tier, supported, supported && !chosen));
            chosen |= supported;
        }
    }
}
