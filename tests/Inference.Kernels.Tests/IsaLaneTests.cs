using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Tests;

public sealed class IsaLaneTests
{
    /// <summary>eng/isa.sh names the lane: its switches must have taken effect in this very process.</summary>
    [Fact]
    public void Process_InALane_HasItsInstructionSets()
    {
        string lane = Environment.GetEnvironmentVariable("INFERENCE_ISA_LANE") ?? "default";
        switch (lane)
        {
            case "avx2":
                Assert.False(Avx512F.IsSupported);
                break;
            case "sse":
                Assert.False(Avx512F.IsSupported);
                Assert.False(Avx2.IsSupported);
                break;
            case "scalar":
                Assert.False(Avx2.IsSupported);
                break;
            default:
                Assert.Equal("default", lane);
                break;
        }

        IsaTier best = KernelInventory.List().Where(k => k.IsChosen).Max(k => k.Tier);
        if (lane is "avx2" or "sse" or "scalar")
        {
            Assert.True(best < IsaTier.Avx512, $"lane {lane}: a kernel of tier {best} was chosen");
        }
    }
}
