using Inference.Layers;
using Inference.Onnx;
using Inference.TestSupport;
using static Inference.Tests.Layers.LayerModels;

namespace Inference.Tests.Layers;

public sealed class EmbeddingTests
{
    private static readonly float[] s_table = [1f, 2f, 3f, 4f, 5f, 6f];

    [Fact]
    public void Run_Floats_CopiesTheRows()
    {
        using var table = new Embedding(s_table, 3, 2);
        var y = new float[8];
        table.Run((long[])[2, 0, -1, -3], y);
        Assert.Equal([5f, 6f, 1f, 2f, 5f, 6f, 1f, 2f], y);
        Assert.Equal((3, 2, false), (table.Rows, table.Width, table.IsQuantized));
    }

    [Fact]
    public void Run_Codes_EqualsTheFormula()
    {
        using var table = new Embedding([0, 10, 200, 255], [0.5f, 2f], [10, 255], 2, 2);
        var y = new float[4];
        table.Run((int[])[1, 0], y);
        Assert.Equal([-110f, 0f, -5f, 0f], y);
        Assert.True(table.IsQuantized);
    }

    [Fact]
    public void Run_CodesWithoutZeroPoints_AreCodesTimesScale()
    {
        using var table = new Embedding([0, 10, 200, 255], [0.5f], [], 2, 2);
        var y = new float[2];
        table.Run((int[])[1], y);
        Assert.Equal([100f, 127.5f], y);
    }

    [Fact]
    public void Run_EveryWidth_EqualsTheGraphsGatherBitForBit()
    {
        foreach (int width in (int[])[1, 2, 3, 4, 8, 19, 130])
        {
            float[] values = Floats(50 * width, 1);
            int[] ids = [.. Enumerable.Range(0, 33).Select(i => (i * 7 % 100) - 50)];
            byte[] model = Model(
                new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Int32, "n")), width, [OnnxTensor.Create<float>("t", values, 50, width)], new OnnxNode("Gather", ["t", "x"], ["y"]));
            using var table = new Embedding(values, 50, width);
            var y = new float[ids.Length * width];
            table.Run(ids, y);
            AssertSameBits(Run(model, TensorValue.Copy<int>(ids, [ids.Length])), y);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_Codes_EqualsTheGraphsGatherBlockQuantizedBitForBit(bool zeroPoints)
    {
        foreach (int width in (int[])[1, 4, 19, 64, 128])
        {
            byte[] codes = new byte[50 * width];
            byte[] zeros = new byte[50];
            var random = new Random(width);
            random.NextBytes(codes);
            random.NextBytes(zeros);
            if (!zeroPoints)
            {
                // What the operator takes where they are left out.
                zeros.AsSpan().Fill(128);
            }

            float[] scales = Floats(50, 1, 0.001f, 0.1f);
            long[] ids = [.. Enumerable.Range(0, 33).Select(i => (i * 7 % 100) - 50L)];
            byte[] model = Model(
                new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Int64, "n")), width,
                [OnnxTensor.Create<byte>("t", codes, 50, width), OnnxTensor.Create<float>("s", scales, 50, 1), OnnxTensor.Create<byte>("z", zeros, 50, 1)],
                new OnnxNode("GatherBlockQuantized", zeroPoints ? ["t", "x", "s", "z"] : ["t", "x", "s"], ["y"]) { Domain = "com.microsoft" }
                    .SetAttribute("bits", 8L).SetAttribute("block_size", 128L).SetAttribute("gather_axis", 0L).SetAttribute("quantize_axis", 1L));
            using var table = new Embedding(codes, scales, zeros, 50, width);
            var y = new float[ids.Length * width];
            table.Run(ids, y);
            AssertSameBits(Run(model, TensorValue.Copy<long>(ids, [ids.Length])), y);
        }
    }

    [Fact]
    public void Quantize_OfATable_IsWithinHalfAStep()
    {
        float[] values = Floats(40 * 17, 1, -3f, 5f);
        values.AsSpan(0, 17).Clear();
        values.AsSpan(17, 17).Fill(1e-45f);
        using Embedding table = Embedding.Quantize(values, 40, 17);
        var y = new float[values.Length];
        table.Run(Enumerable.Range(0, 40).ToArray(), y);
        for (int row = 0; row < 40; row++)
        {
            float[] want = values[(row * 17)..((row + 1) * 17)];
            double step = Math.Max(want.Max(), 0) - Math.Min(want.Min(), 0);
            Assert.All(want.Zip(y.Skip(row * 17)), pair => Assert.Equal(pair.First, pair.Second, 1e-6 + (1.01 * step / 255)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-4)]
    [InlineData(int.MinValue)]
    public void Run_IdOutOfRange_NamesItAndItsPosition(int id)
    {
        using var table = new Embedding(s_table, 3, 2);
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => table.Run([0, id, 1], new float[6]));
        Assert.StartsWith($"Embedding layer: expected ids in [-3, 2], got {id} at position 1. Map unknown ids to a dedicated row.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_IdBeyond32Bits_IsRefused()
    {
        using Embedding table = Embedding.Quantize(s_table, 3, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Run([1L << 32], new float[2]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(0)]
    public void Run_OtherLength_IsRefused(int length)
    {
        using var table = new Embedding(s_table, 3, 2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => table.Run((long[])[0, 1], new float[length]));
        Assert.StartsWith($"Embedding layer: expected 4 elements of y[ids, width], got {length}.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void Constructor_SizesThatDoNotFit_AreRefused(int rows, int width)
    {
        Assert.ThrowsAny<ArgumentException>(() => new Embedding(s_table, rows, width));
        Assert.ThrowsAny<ArgumentException>(() => new Embedding(new byte[6], [1f], [], rows, width));
        Assert.ThrowsAny<ArgumentException>(() => Embedding.Quantize(s_table, rows, width));
    }

    [Fact]
    public void Constructor_ScalesOrZeroPointsThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new Embedding(new byte[6], [1f, 1f], [], 3, 2));
        Assert.Throws<ArgumentException>(() => new Embedding(new byte[6], [1f], [1], 3, 2));
        Assert.Throws<ArgumentException>(() => new Embedding(new byte[6], [0f], [], 3, 2));
        Assert.Throws<ArgumentException>(() => Embedding.Quantize([float.NaN], 1, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ManyTimes_AllocatesNothing(bool quantized)
    {
        float[] values = Floats(50 * 16, 1);
        using Embedding table = quantized ? Embedding.Quantize(values, 50, 16) : new Embedding(values, 50, 16);
        int[] ids = [1, 2, 3, 49];
        var y = new float[4 * 16];
        Assert.Equal(0, ManagedBytes.Of(() => table.Run(ids, y)));
    }

    [Fact]
    public void Run_AfterDispose_IsRefused()
    {
        var table = new Embedding(s_table, 3, 2);
        table.Dispose();
        Assert.Throws<ObjectDisposedException>(() => table.Run((int[])[0], new float[2]));
    }
}
