using Inference.Layers;
using Inference.Onnx;
using Inference.TestSupport;
using static Inference.Tests.Layers.LayerModels;

namespace Inference.Tests.Layers;

public sealed class LowRankLinearTests
{
    // A[rank 2, inputs 3] and B[outputs 3, rank 2].
    private static readonly float[] s_down = [1f, 2f, 0f, 0f, 1f, 1f];
    private static readonly float[] s_up = [1f, 3f, 2f, 2f, 3f, 1f];

    [Fact]
    public void Run_TwoRows_EqualsTheFormula()
    {
        using var layer = new LowRankLinear(s_down, s_up, 3, 2, 3, [0.5f, 0f, -50f], LayerActivation.Relu);
        var y = new float[6];
        layer.Run([1f, 2f, 3f, 0f, 1f, 0f], y, 2);

        // The products in the middle are 5, 5 and 2, 1.
        Assert.Equal([20.5f, 20f, 0f, 5.5f, 6f, 0f], y);
        Assert.Equal((3, 2, 3, false), (layer.Inputs, layer.Rank, layer.Outputs, layer.IsQuantized));
    }

    [Fact]
    public void Run_EightBitFactors_EqualsTheFormula()
    {
        // The range of the row is 0 to 255: scale 1. The middle is 255 and 0 with scale 1 again, as the factor's codes say.
        using var layer = new LowRankLinear((sbyte[])[1, 0, 0, 1], [1f], (sbyte[])[2, 1, -1, 3], [0.5f, 1f], 2, 2, 2, [1f, 0f]);
        var y = new float[2];
        layer.Run([255f, 0f], y, 1);
        Assert.Equal([256f, -255f], y);
        Assert.True(layer.IsQuantized);
    }

    [Fact]
    public void Run_EveryShape_EqualsTheGraphsLowRankNodeBitForBit()
    {
        foreach ((int rows, int inputs, int outputs) in Sizes.Where(s => s.Inputs > 7 && s.Outputs > 4))
        {
            int rank = Math.Min(inputs, outputs) / 3;
            float[] a = Floats(inputs * rank, 1);
            float[] b = Floats(rank * outputs, 2);
            float[] bias = Floats(outputs, 3);
            float[] x = Floats(rows * inputs, 4);
            byte[] model = Model(
                inputs, outputs, [OnnxTensor.Create<float>("a", a, inputs, rank), OnnxTensor.Create<float>("b", b, rank, outputs), OnnxTensor.Create<float>("bias", bias, outputs)],
                new OnnxNode("MatMul", ["x", "a"], ["t"]), new OnnxNode("MatMul", ["t", "b"], ["m"]), new OnnxNode("Add", ["m", "bias"], ["s"]), new OnnxNode("Sigmoid", ["s"], ["y"]));
            Assert.Equal(["LowRank"], Optimized(model));
            using var layer = new LowRankLinear(a, b, inputs, rank, outputs, bias, LayerActivation.Sigmoid, WeightOrder.InputsByOutputs);
            var y = new float[rows * outputs];
            layer.Run(x, y, rows);
            AssertSameBits(Run(model, x, rows, inputs), y);

            using var turned = new LowRankLinear(Transposed(a, inputs, rank), Transposed(b, rank, outputs), inputs, rank, outputs, bias, LayerActivation.Sigmoid);
            turned.Run(x, y, rows);
            AssertSameBits(Run(model, x, rows, inputs), y);
        }
    }

    [Fact]
    public void Run_EightBitFactors_EqualsTheGraphRowByRowBitForBit()
    {
        foreach ((int rows, int inputs, int outputs) in Sizes.Where(s => s.Rows > 0))
        {
            int rank = 1 + (Math.Min(inputs, outputs) / 3);
            sbyte[] a = Codes(inputs * rank, 1);
            sbyte[] b = Codes(rank * outputs, 2);
            float[] scalesA = Floats(rank, 3, 0.001f, 0.01f);
            float[] scalesB = Floats(outputs, 4, 0.001f, 0.01f);
            float[] bias = Floats(outputs, 5);
            float[] x = Floats(rows * inputs, 6, -2f, 3f);
            byte[] model = Model(
                inputs, outputs,
                [
                    OnnxTensor.Create<sbyte>("a", a, inputs, rank), OnnxTensor.Create<sbyte>("b", b, rank, outputs), OnnxTensor.Create<float>("sa", scalesA, rank),
                    OnnxTensor.Create<float>("sb", scalesB, outputs), OnnxTensor.Create<float>("bias", bias, outputs),
                ],
                new OnnxNode("DynamicQuantizeMatMul", ["x", "a", "sa"], ["t"]) { Domain = "com.microsoft" },
                new OnnxNode("DynamicQuantizeMatMul", ["t", "b", "sb", "", "bias"], ["y"]) { Domain = "com.microsoft" });
            using var layer = new LowRankLinear(a, scalesA, b, scalesB, inputs, rank, outputs, bias, order: WeightOrder.InputsByOutputs);
            var y = new float[rows * outputs];
            layer.Run(x, y, rows);
            for (int row = 0; row < rows; row += 7)
            {
                AssertSameBits(Run(model, x[(row * inputs)..((row + 1) * inputs)], 1, inputs), y[(row * outputs)..((row + 1) * outputs)]);
            }
        }
    }

    [Fact]
    public void Quantize_OfFactors_IsNearTheFloatLayer()
    {
        float[] a = Floats(60 * 8, 1);
        float[] b = Floats(8 * 40, 2);
        float[] x = Floats(5 * 60, 3);
        using var exact = new LowRankLinear(a, b, 60, 8, 40);
        using LowRankLinear layer = LowRankLinear.Quantize(a, b, 60, 8, 40);
        var want = new float[200];
        var y = new float[200];
        exact.Run(x, want, 5);
        layer.Run(x, y, 5);
        Assert.All(want.Zip(y), pair => Assert.Equal(pair.First, pair.Second, 0.5));
    }

    [Theory]
    [InlineData(1, 2000, 500, 2000)]
    [InlineData(300, 256, 32, 200)]
    public void Run_WithThreads_GivesTheSameSums(int rows, int inputs, int rank, int outputs)
    {
        float[] a = Floats(inputs * rank, 1);
        float[] b = Floats(rank * outputs, 2);
        float[] x = Floats(rows * inputs, 3);
        using var single = new LowRankLinear(a, b, inputs, rank, outputs);
        using LowRankLinear codes = LowRankLinear.Quantize(a, b, inputs, rank, outputs);
        foreach (LowRankLinear layer in (LowRankLinear[])[single, codes])
        {
            var one = new float[rows * outputs];
            var many = new float[rows * outputs];
            layer.Run(x, one, rows);
            layer.Run(x, many, rows, threads: 4);
            Assert.All(one.Zip(many), pair => Assert.Equal(pair.First, pair.Second, layer.IsQuantized ? 0 : 1e-3));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ManyTimes_AllocatesNothing(bool int8)
    {
        float[] a = Floats(64 * 8, 1);
        float[] b = Floats(8 * 32, 2);
        using LowRankLinear layer = int8 ? LowRankLinear.Quantize(a, b, 64, 8, 32) : new LowRankLinear(a, b, 64, 8, 32);
        float[] x = Floats(8 * 64, 3);
        var y = new float[8 * 32];
        Assert.Equal(0, ManagedBytes.Of(() => layer.Run(x, y, 8)));
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(6, 5)]
    [InlineData(6, 7)]
    public void Run_OtherLength_IsRefused(int x, int y)
    {
        using var layer = new LowRankLinear(s_down, s_up, 3, 2, 3);
        ArgumentException error = Assert.Throws<ArgumentException>(() => layer.Run(new float[x], new float[y], 2));
        Assert.StartsWith("LowRankLinear layer: expected ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2, 3)]
    [InlineData(3, 0, 3)]
    [InlineData(3, 2, 0)]
    [InlineData(3, 1, 3)]
    [InlineData(2, 2, 3)]
    [InlineData(3, 2, 4)]
    public void Constructor_SizesThatDoNotFit_AreRefused(int inputs, int rank, int outputs)
    {
        Assert.ThrowsAny<ArgumentException>(() => new LowRankLinear(s_down, s_up, inputs, rank, outputs));
        Assert.ThrowsAny<ArgumentException>(() => LowRankLinear.Quantize(s_down, s_up, inputs, rank, outputs));
        Assert.ThrowsAny<ArgumentException>(() => new LowRankLinear(new sbyte[6], [1f], new sbyte[6], [1f], inputs, rank, outputs));
    }

    [Fact]
    public void Constructor_OtherLength_SaysWhatWasExpected()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new LowRankLinear([1f], [1f, 2f], 2, 1, 2));
        Assert.StartsWith("LowRankLinear layer: expected 2 elements of down[inputs, rank], got 1. Pass a span of exactly that length.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AfterDispose_IsRefused()
    {
        foreach (LowRankLinear layer in (LowRankLinear[])[new(s_down, s_up, 3, 2, 3), LowRankLinear.Quantize(s_down, s_up, 3, 2, 3)])
        {
            layer.Dispose();
            Assert.Throws<ObjectDisposedException>(() => layer.Run(new float[3], new float[3], 1));
        }
    }
}
