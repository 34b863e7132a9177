using Inference.Layers;
using Inference.Onnx;
using Inference.TestSupport;
using static Inference.Tests.Layers.LayerModels;

namespace Inference.Tests.Layers;

public sealed class QuantizedLinearTests
{
    private static readonly sbyte[] s_codes = [1, 2, 3, -4, 5, -6];

    [Fact]
    public void Run_StaticScale_EqualsTheFormula()
    {
        // x / 0.5 + 10 = 12, 10, 0 and 255 after clamping: less the zero point 2, 0, −10 and 245.
        using var layer = new QuantizedLinear(s_codes, [0.5f, 2f], 3, 2, InputScale.Static(0.5f, 10), [1f, -1f]);
        var y = new float[2];
        layer.Run([1f, 0f, -7f], y, 1);
        Assert.Equal([((2 - 30) * 0.25f) + 1f, ((-8 + 60) * 1f) - 1f], y);
        layer.Run([1e9f, 0f, 0f], y, 1);
        Assert.Equal([(245 * 0.25f) + 1f, (-980 * 1f) - 1f], y);
    }

    [Fact]
    public void Run_DynamicScale_EqualsTheFormula()
    {
        // The range is −1 to 1.55: scale 0.01, zero point 100.
        using var layer = new QuantizedLinear(s_codes, [1f], 3, 2, activation: LayerActivation.Relu);
        var y = new float[2];
        layer.Run([1.55f, 0f, -1f], y, 1);
        Assert.Equal(((1 * 155) + (3 * -100)) * 0.01f < 0 ? 0f : 1f, y[0]);
        Assert.Equal(((-4 * 155) + 600) * 0.01f < 0 ? 0f : 1f, y[1]);
    }

    [Fact]
    public void Run_EveryShapeDynamic_EqualsDynamicQuantizeMatMulBitForBit()
    {
        foreach ((int rows, int inputs, int outputs) in Sizes)
        {
            foreach (bool one in (bool[])[false, true])
            {
                sbyte[] codes = Codes(inputs * outputs, 1);
                float[] scales = Floats(one ? 1 : outputs, 2, 0.001f, 0.01f);
                float[] b = Floats(outputs, 3);
                float[] x = Floats(rows * inputs, 4, -2f, 3f);
                byte[] model = Model(
                    inputs, outputs, [OnnxTensor.Create<sbyte>("w", codes, inputs, outputs), OnnxTensor.Create<float>("s", scales, scales.Length), OnnxTensor.Create<float>("b", b, outputs)],
                    new OnnxNode("DynamicQuantizeMatMul", ["x", "w", "s", "", "b"], ["y"]) { Domain = "com.microsoft" });
                using var layer = new QuantizedLinear(codes, scales, inputs, outputs, bias: b, order: WeightOrder.InputsByOutputs);
                var y = new float[rows * outputs];
                layer.Run(x, y, rows);
                AssertSameBits(Run(model, x, rows, inputs), y);
            }
        }
    }

    [Fact]
    public void Run_EveryShapeStatic_EqualsTheGraphsIntegerNodesBitForBit()
    {
        foreach ((int rows, int inputs, int outputs) in Sizes)
        {
            sbyte[] codes = Codes(inputs * outputs, 1);
            float[] scales = Floats(outputs, 2, 0.001f, 0.01f);
            float[] b = Floats(outputs, 3);
            float[] x = Floats(rows * inputs, 4, -2f, 3f);
            byte[] model = Model(
                inputs, outputs,
                [
                    OnnxTensor.Create<sbyte>("w", Transposed(codes, outputs, inputs), inputs, outputs), OnnxTensor.Create<float>("s", scales, outputs), OnnxTensor.Create<float>("b", b, outputs),
                    OnnxTensor.Create<float>("sx", [0.015f]), OnnxTensor.Create<byte>("zx", [120]),
                ],
                new OnnxNode("QuantizeLinear", ["x", "sx", "zx"], ["q"]),
                new OnnxNode("MatMulIntegerToFloat", ["q", "w", "sx", "s", "zx", "", "b"], ["y"]) { Domain = "com.microsoft" });
            using var layer = new QuantizedLinear(codes, scales, inputs, outputs, InputScale.Static(0.015f, 120), b);
            var y = new float[rows * outputs];
            layer.Run(x, y, rows);
            AssertSameBits(Run(model, x, rows, inputs), y);
        }
    }

    [Fact]
    public void Quantize_OfWeights_IsNearTheFloatLayer()
    {
        float[] w = Floats(100 * 30, 1);
        float[] x = Floats(4 * 100, 2);
        using var exact = new Linear(w, 100, 30);
        using QuantizedLinear layer = QuantizedLinear.Quantize(w, 100, 30);
        using QuantizedLinear turned = QuantizedLinear.Quantize(Transposed(w, 30, 100), 100, 30, order: WeightOrder.InputsByOutputs);
        var want = new float[120];
        var y = new float[120];
        var other = new float[120];
        exact.Run(x, want, 4);
        layer.Run(x, y, 4);
        turned.Run(x, other, 4);
        AssertSameBits(y, other);

        // Half a step of a weight (1/254) and of an input (1/255) on each of 100 terms, as if all errors had one sign.
        Assert.All(want.Zip(y), pair => Assert.Equal(pair.First, pair.Second, 100 * ((1 / 254.0) + (1 / 255.0))));
    }

    [Fact]
    public void Quantize_OutputOfZeros_GivesZeros()
    {
        using QuantizedLinear layer = QuantizedLinear.Quantize([0f, 0f, 1f, 2f], 2, 2);
        var y = new float[2];
        layer.Run([1f, 1f], y, 1);
        Assert.Equal(0f, y[0]);
        Assert.Equal(3f, y[1], 0.02);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Quantize_WeightsThatAreNoNumbers_AreRefused(float weight) => Assert.Throws<ArgumentException>(() => QuantizedLinear.Quantize([weight, 0f], 2, 1));

    [Fact]
    public void Run_StaticScale_KeepsRowsApart()
    {
        float[] x = Floats(9 * 40, 4);
        using QuantizedLinear layer = QuantizedLinear.Quantize(Floats(40 * 20, 1), 40, 20, InputScale.Static(0.01f, 128));
        var all = new float[9 * 20];
        layer.Run(x, all, 9);
        for (int row = 0; row < 9; row++)
        {
            var one = new float[20];
            layer.Run(x.AsSpan(row * 40, 40), one, 1);
            AssertSameBits(all[(row * 20)..((row + 1) * 20)], one);
        }
    }

    [Fact]
    public void Run_WithThreads_GivesTheSameBits()
    {
        float[] x = Floats(200 * 500, 4);
        using QuantizedLinear layer = QuantizedLinear.Quantize(Floats(500 * 300, 1), 500, 300, activation: LayerActivation.Gelu);
        var one = new float[200 * 300];
        var many = new float[200 * 300];
        layer.Run(x, one, 200);
        layer.Run(x, many, 200, threads: 4);
        AssertSameBits(one, many);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ManyTimes_AllocatesNothing(bool dynamic)
    {
        using QuantizedLinear layer = QuantizedLinear.Quantize(Floats(64 * 32, 1), 64, 32, dynamic ? InputScale.Dynamic : InputScale.Static(0.01f, 128), Floats(32, 2));
        float[] x = Floats(8 * 64, 3);
        var y = new float[8 * 32];
        Assert.Equal(0, ManagedBytes.Of(() => layer.Run(x, y, 8)));
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(6, 3)]
    [InlineData(9, 4)]
    public void Run_OtherLength_IsRefused(int x, int y)
    {
        using var layer = new QuantizedLinear(s_codes, [1f], 3, 2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => layer.Run(new float[x], new float[y], 2));
        Assert.StartsWith("QuantizedLinear layer: expected ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 1, 0)]
    [InlineData(6, 0, 0)]
    [InlineData(6, 3, 0)]
    [InlineData(6, 2, 3)]
    public void Constructor_LengthsThatDoNotFit_AreRefused(int codes, int scales, int bias) =>
        Assert.Throws<ArgumentException>(() => new QuantizedLinear(new sbyte[codes], Enumerable.Repeat(1f, scales).ToArray(), 3, 2, bias: new float[bias]));

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Scales_ThatAreNotAboveZero_AreRefused(float scale)
    {
        Assert.Throws<ArgumentException>(() => new QuantizedLinear(s_codes, [1f, scale], 3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => InputScale.Static(scale, 0));
    }

    [Fact]
    public void Run_AfterDispose_IsRefused()
    {
        var layer = new QuantizedLinear(s_codes, [1f], 3, 2);
        layer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.Run(new float[3], new float[2], 1));
    }
}
