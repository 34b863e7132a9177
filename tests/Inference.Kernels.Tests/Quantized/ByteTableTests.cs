using Inference.Kernels.Quantized;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class ByteTableTests
{
    [Fact]
    public void Run_EverySize_EqualsScalar()
    {
        using NativeArray<byte> table = Fill.Bytes(256, 1);
        foreach (int n in (int[])[0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 200, 256, 1000])
        {
            using NativeArray<byte> x = Fill.Bytes(n, n);
            using var y = new NativeArray<byte>(n);
            ByteTable.Run(x.Pointer, y.Pointer, n, table.Pointer);
            Check(x, y, n, table);
            y.AssertIntact();
            ByteTable.Run(x.Pointer, x.Pointer, n, table.Pointer);
            Assert.True(x.Span.SequenceEqual(y.Span));
        }
    }

    [Fact]
    public void Variants_AllBytes_EqualTable()
    {
        using NativeArray<byte> table = Fill.Bytes(256, 2);
        using NativeArray<byte> x = NativeArray<byte>.Of([.. Enumerable.Range(0, 256).Select(i => (byte)i)]);
        using var y = new NativeArray<byte>(256);
        foreach (RowKernel.Variant variant in ByteTable.Kernel.Variants.Where(v => v.Supported))
        {
            y.Span.Clear();
            ByteTable.Run(x.Pointer, y.Pointer, 256, table.Pointer, variant.Tier);
            Check(x, y, 256, table);
        }
    }

    private static void Check(NativeArray<byte> x, NativeArray<byte> y, int n, NativeArray<byte> table)
    {
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(table[x[i]], y[i]);
        }
    }
}
