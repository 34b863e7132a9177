using FsCheck;
using FsCheck.Fluent;
using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class QuantizedPackingTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Pack_AnySize_PutsEachValueWhereItsStepIs(bool signed, bool transposed) =>
        Prop.ForAll<byte, byte, byte>((a, b, gap) =>
        {
            int rows = a % 41, columns = 1 + (b % 64), width = (columns + 15) / 16 * 16, lead = (transposed ? rows : columns) + (gap % 3);
            var source = new byte[Math.Max(1, (transposed ? columns : rows) * lead)];
            new System.Random((a * 65536) + (b * 256) + gap).NextBytes(source);
            nint rowStride = transposed ? 1 : lead, columnStride = transposed ? lead : 1;
            var four = new sbyte[(rows + 3) / 4 * width * 4];
            var two = new short[(rows + 1) / 2 * width * 2];
            int[] sums4 = new int[columns], sums2 = new int[columns];
            fixed (byte* from = source)
            fixed (sbyte* to4 = four)
            fixed (short* to2 = two)
            fixed (int* sum4 = sums4, sum2 = sums2)
            {
                QuantizedPacking.Pack4(from, signed, rowStride, columnStride, rows, columns, (byte*)to4, width, sum4);
                QuantizedPacking.Pack2(from, signed, rowStride, columnStride, rows, columns, to2, width, sum2);
            }

            var want4 = new sbyte[four.Length];
            var want2 = new short[two.Length];
            var sums = new int[columns];
            for (int k = 0; k < rows; k++)
            {
                for (int j = 0; j < columns; j++)
                {
                    byte raw = source[(k * rowStride) + (j * columnStride)];
                    int value = signed ? (sbyte)raw : raw - 128;
                    want4[(((k / 4 * width) + j) * 4) + (k % 4)] = (sbyte)value;
                    want2[(((k / 2 * width) + j) * 2) + (k % 2)] = (short)value;
                    sums[j] += value;
                }
            }

            return four.AsSpan().SequenceEqual(want4) && two.AsSpan().SequenceEqual(want2) && sums4.AsSpan().SequenceEqual(sums) && sums2.AsSpan().SequenceEqual(sums);
        }).QuickCheckThrowOnFailure();
}
