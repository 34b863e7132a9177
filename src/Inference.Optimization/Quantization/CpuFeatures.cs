using System.Runtime.Intrinsics.X86;

namespace Inference.Optimization.Quantization;

/// <summary>Properties of a processor that affect 8-bit weights.</summary>
internal static class CpuFeatures
{
    /// <summary>The largest weight code: 127, or 64 if runtimes may add two u8·s8 products in saturating 16 bits (2·255·64 &lt; 2^15).</summary>
    public static int MaxWeightCode(CpuTarget target) => target switch
    {
        CpuTarget.Vnni => 127,
        CpuTarget.Avx2 or CpuTarget.Avx512 => 64,
        _ => !X86Base.IsSupported || HasVnni() ? 127 : 64,
    };

    /// <summary>Whether this machine adds four u8·s8 products into 32 bits in one instruction. Source: Intel Architecture Instruction Set Extensions, CPUID leaf 7: AVX512_VNNI is ECX bit 11
    /// of sub-leaf 0, AVX-VNNI is EAX bit 4 of sub-leaf 1.</summary>
    public static bool HasVnni()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return false;
        }

        return (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0;
    }
}
