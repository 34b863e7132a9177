using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class QuantizedGemmTests
{
    public static TheoryData<string> Kernels()
    {
        var data = new TheoryData<string>();
        foreach (GemmS32Kernel kernel in GemmS32Kernels.All.Where(k => k.Supported))
        {
            data.Add(kernel.Name);
        }

        return data;
    }

    [Fact]
    public void VnniTiles_OnThisMachine_AreSupportedWhereTheCpuHasThem()
    {
        bool cpu = System.Runtime.Intrinsics.X86.Avx512BW.IsSupported
            && (System.Runtime.Intrinsics.X86.X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
        Assert.Equal(cpu, GemmS32Kernels.All[0].Supported);
    }

    [Fact]
    public void Requantize_Halves_RoundToEven()
    {
        int[] values = [1, 3, 5, 7, -1, -3, 511, 513, -513, 0, 2, 4, 6, 8, 10, 12, 1, 3];
        float half = 0.5f;
        byte* y = stackalloc byte[18];
        fixed (int* x = values)
        {
            var e = new QuantizedEpilogue { Output = QuantizedOutput.UInt8, Scale = &half, ZeroPoint = 10 };
            QuantizedStore.Run(in e, x, 18, y, 18, 0, 1, 0, 18);
        }

        Assert.Equal(new byte[] { 10, 12, 12, 14, 10, 8, 255, 255, 0, 10, 11, 12, 13, 14, 15, 16, 10, 12 }, new Span<byte>(y, 18).ToArray());
    }
}
