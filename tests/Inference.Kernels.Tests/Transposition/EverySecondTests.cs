using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Transposition;

namespace Inference.Kernels.Tests.Transposition;

[Covers(typeof(EverySecond), "every_second_b32")]
public sealed unsafe class EverySecondTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(70)]
    public void Run_AnyCount_TakesEvenElementsBitForBit(int count)
    {
        using NativeArray<byte> bytes = Fill.Bytes(((2 * count) - 1) * sizeof(uint), count);
        uint* x = (uint*)bytes.Pointer;
        using var y = new NativeArray<float>(count);
        EverySecond.Run((float*)x, y.Pointer, count);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(x[2 * i], ((uint*)y.Pointer)[i]);
        }

        y.AssertIntact();
    }
}
