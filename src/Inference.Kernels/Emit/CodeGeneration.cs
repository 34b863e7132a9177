using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Emit;

/// <summary>What all emitted code depends on.</summary>
internal static class CodeGeneration
{
    private const string DisableSwitch = "Inference.Kernels.DisableEmittedKernels";

    /// <summary>Whether code over 512-bit registers may be assembled here: the CPU has AVX-512 F and BW and leaf 7 of its features, and code generation is not disabled.</summary>
    public static bool IsAllowed()
    {
        // The intrinsics classes vouch for the operating system's support of the registers (XCR0) and for the switches.
        if (!Avx512F.IsSupported || !Avx512BW.IsSupported || !X86Base.X64.IsSupported
            || (AppContext.TryGetSwitch(DisableSwitch, out bool disabled) && disabled))
        {
            return false;
        }

        (int maxLeaf, _, _, _) = X86Base.CpuId(0, 0);
        return maxLeaf >= 7;
    }
}
