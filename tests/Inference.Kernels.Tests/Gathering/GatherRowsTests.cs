using Inference.Kernels.Gathering;

namespace Inference.Kernels.Tests.Gathering;

public sealed unsafe class GatherRowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(4096)]
    public void Run_NegativeIndices_CountFromTheEnd(int rowBytes)
    {
        using NativeArray<byte> table = Fill.Bytes(5 * rowBytes, 1);
        using var y = new NativeArray<byte>(3 * rowBytes);
        Assert.Equal(-1, GatherRows.Run<long>(table.Pointer, 5, rowBytes, [4, -5, -1], y.Pointer));
        Assert.Equal(table.Span.Slice(4 * rowBytes, rowBytes).ToArray(), y.Span[..rowBytes].ToArray());
        Assert.Equal(table.Span[..rowBytes].ToArray(), y.Span.Slice(rowBytes, rowBytes).ToArray());
        Assert.Equal(table.Span.Slice(4 * rowBytes, rowBytes).ToArray(), y.Span[(2 * rowBytes)..].ToArray());
        y.AssertIntact();
    }

    [Fact]
    public void Run_OutOfRange_ReturnsPosition()
    {
        using NativeArray<byte> table = Fill.Bytes(20, 1);
        using var y = new NativeArray<byte>(12);
        Assert.Equal(1, GatherRows.Run<int>(table.Pointer, 5, 4, [0, 5, 1], y.Pointer));
        Assert.Equal(2, GatherRows.Run<int>(table.Pointer, 5, 4, [0, 1, -6], y.Pointer));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(19)]
    [InlineData(64)]
    public void RunAffine_RowsWithScaleAndBias_EqualsFormula(int columns)
    {
        using NativeArray<byte> table = Fill.Bytes(3 * columns, 1);
        using NativeArray<float> scales = Fill.Floats(3, 2, 0.1f, 1f), biases = Fill.Floats(3, 3);
        using var y = new NativeArray<float>(4 * columns);
        long[] indices = [2, -3, 1, 1];
        Assert.Equal(-1, GatherRows.RunAffine<long>(table.Pointer, 3, columns, scales.Pointer, biases.Pointer, indices, y.Pointer));
        for (int i = 0; i < 4 * columns; i++)
        {
            int row = (int)(indices[i / columns] + 3) % 3;
            float product = table[(row * columns) + (i % columns)] * scales[row];
            Assert.Equal(product + biases[row], y[i]);
        }

        y.AssertIntact();
        Assert.Equal(1, GatherRows.RunAffine<int>(table.Pointer, 3, columns, scales.Pointer, biases.Pointer, [0, 3, 9], y.Pointer));
    }

    [Fact]
    public void RunDequantize_RowScales_EqualsFormula()
    {
        using NativeArray<byte> table = Fill.Bytes(3 * 19, 1);
        using var y = new NativeArray<float>(19);
        float[] scales = [0.5f, 0.25f, 2f];
        byte[] zeros = [0, 3, unchecked((byte)-7)];
        fixed (float* s = scales)
        fixed (byte* z = zeros)
        {
            GatherRows.RunDequantize<int>(table.Pointer, true, 3, 19, s, z, 0, [2], y.Pointer);
        }

        for (int i = 0; i < 19; i++)
        {
            Assert.Equal(((sbyte)table[38 + i] + 7) * 2f, y[i]);
        }

        y.AssertIntact();
    }
}
