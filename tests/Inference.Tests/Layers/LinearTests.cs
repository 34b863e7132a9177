using Inference.Layers;
using Inference.Onnx;
using Inference.TestSupport;
using static Inference.Tests.Layers.LayerModels;

namespace Inference.Tests.Layers;

public sealed class LinearTests
{
    // W[2,3] = 1 2 3 / 4 5 6.
    private static readonly float[] s_weights = [1f, 2f, 3f, 4f, 5f, 6f];

    [Fact]
    public void Run_TwoRows_EqualsTheFormula()
    {
        using var layer = new Linear(s_weights, 3, 2, [0.5f, -40f], LayerActivation.Relu);
        var y = new float[4];
        layer.Run([1f, 0f, -1f, 2f, 2f, 2f], y, 2);
        Assert.Equal([0f, 0f, 12.5f, 0f], y);
        Assert.Equal((3, 2), (layer.Inputs, layer.Outputs));
    }

    [Fact]
    public void Run_WithoutBias_IsTheProduct()
    {
        using var layer = new Linear(s_weights, 3, 2);
        var y = new float[2];
        layer.Run([1f, 0f, -1f], y, 1);
        Assert.Equal([-2f, -2f], y);
    }

    [Fact]
    public void Run_WeightsByInputs_EqualsTheOtherOrder()
    {
        using var layer = new Linear(Transposed(s_weights, 2, 3), 3, 2, order: WeightOrder.InputsByOutputs);
        var y = new float[2];
        layer.Run([1f, 0f, -1f], y, 1);
        Assert.Equal([-2f, -2f], y);
    }

    [Fact]
    public void Run_EveryShape_EqualsTheGraphsGemmBitForBit()
    {
        foreach ((int rows, int inputs, int outputs) in Sizes)
        {
            float[] w = Floats(inputs * outputs, 1);
            float[] b = Floats(outputs, 2);
            float[] x = Floats(rows * inputs, 3);
            byte[] model = Model(
                inputs, outputs, [OnnxTensor.Create<float>("w", w, outputs, inputs), OnnxTensor.Create<float>("b", b, outputs)],
                new OnnxNode("Gemm", ["x", "w", "b"], ["g"]).SetAttribute("transB", 1L), new OnnxNode("Tanh", ["g"], ["y"]));
            using var layer = new Linear(w, inputs, outputs, b, LayerActivation.Tanh);
            var y = new float[rows * outputs];
            layer.Run(x, y, rows);
            AssertSameBits(Run(model, x, rows, inputs), y);
        }
    }

    [Fact]
    public void Run_EveryActivation_EqualsTheGraphsFusedNodeBitForBit()
    {
        (string Operator, string[] More, LayerActivation Activation)[] cases =
        [
            ("Identity", [], LayerActivation.None), ("Relu", [], LayerActivation.Relu), ("Sigmoid", [], LayerActivation.Sigmoid), ("Tanh", [], LayerActivation.Tanh),
            ("Gelu", [], LayerActivation.Gelu), ("HardSwish", [], LayerActivation.HardSwish), ("LeakyRelu", [], LayerActivation.LeakyRelu()), ("Clip", ["low", "high"], LayerActivation.Clip(-0.5f, 1f)),
        ];
        float[] w = Floats(24 * 20, 1);
        float[] b = Floats(20, 2);
        float[] x = Floats(6 * 24, 3);
        foreach ((string op, string[] more, LayerActivation activation) in cases)
        {
            byte[] model = Model(
                24, 20,
                [OnnxTensor.Create<float>("w", w, 24, 20), OnnxTensor.Create<float>("b", b, 20), OnnxTensor.Create<float>("low", [-0.5f]), OnnxTensor.Create<float>("high", [1f])],
                new OnnxNode("MatMul", ["x", "w"], ["m"]), new OnnxNode("Add", ["m", "b"], ["a"]), new OnnxNode(op, ["a", .. more], ["y"]));
            Assert.Equal(["Linear"], Optimized(model));
            using var layer = new Linear(w, 24, 20, b, activation, WeightOrder.InputsByOutputs);
            var y = new float[6 * 20];
            layer.Run(x, y, 6);
            AssertSameBits(Run(model, x, 6, 24), y);
        }
    }

    [Theory]
    [InlineData(1, 2000, 3000)]
    [InlineData(300, 257, 129)]
    [InlineData(3000, 700, 3)]
    public void Run_WithThreads_GivesTheSameSums(int rows, int inputs, int outputs)
    {
        using var layer = new Linear(Floats(inputs * outputs, 1), inputs, outputs, Floats(outputs, 2), LayerActivation.Gelu);
        float[] x = Floats(rows * inputs, 3);
        var one = new float[rows * outputs];
        var many = new float[rows * outputs];
        layer.Run(x, one, rows);
        layer.Run(x, many, rows, threads: 4);
        Assert.All(one.Zip(many), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Run_ManyTimes_AllocatesNothing()
    {
        using var layer = new Linear(Floats(64 * 32, 1), 64, 32, Floats(32, 2), LayerActivation.Gelu);
        float[] x = Floats(8 * 64, 3);
        var y = new float[8 * 32];
        Assert.Equal(0, ManagedBytes.Of(() => layer.Run(x, y, 8)));
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(7, 4)]
    [InlineData(6, 3)]
    [InlineData(6, 5)]
    [InlineData(0, 0)]
    public void Run_OtherLength_IsRefused(int x, int y)
    {
        using var layer = new Linear(s_weights, 3, 2);
        Assert.Throws<ArgumentException>(() => layer.Run(new float[x], new float[y], 2));
    }

    [Fact]
    public void Run_OtherLength_SaysWhatWasExpected()
    {
        using var layer = new Linear(s_weights, 3, 2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => layer.Run(new float[5], new float[4], 2));
        Assert.StartsWith("Linear layer: expected 6 elements of x[rows, inputs], got 5. Pass a span of exactly that length.", error.Message, StringComparison.Ordinal);
        Assert.Equal("x", error.ParamName);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    public void Run_RowsOrThreadsOutOfRange_AreRefused(int rows, int threads)
    {
        using var layer = new Linear(s_weights, 3, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => layer.Run(new float[3], new float[2], rows, threads));
    }

    [Fact]
    public void Run_MoreRowsThanAnIntHolds_IsRefused()
    {
        using var layer = new Linear(new float[1 << 10], 1 << 10, 1);
        Assert.Throws<ArgumentException>(() => layer.Run([], [], 1 << 22));
    }

    [Fact]
    public void Run_SpansThatOverlap_AreRefused()
    {
        using var layer = new Linear(s_weights, 3, 2);
        var memory = new float[4];
        ArgumentException error = Assert.Throws<ArgumentException>(() => layer.Run(memory.AsSpan(0, 3), memory.AsSpan(2, 2), 1));
        Assert.StartsWith("Linear layer: expected an output that does not overlap the input", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2, 0, 0)]
    [InlineData(3, 0, 0, 0)]
    [InlineData(3, 2, 5, 0)]
    [InlineData(3, 2, 7, 0)]
    [InlineData(3, 2, 6, 1)]
    [InlineData(65536, 65536, 0, 0)]
    public void Constructor_SizesThatDoNotFit_AreRefused(int inputs, int outputs, int weights, int bias) =>
        Assert.ThrowsAny<ArgumentException>(() => new Linear(new float[weights], inputs, outputs, new float[bias]));

    [Fact]
    public void Constructor_OrderThatIsNone_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Linear(s_weights, 3, 2, order: (WeightOrder)2));

    [Fact]
    public void Constructor_CopiesWhatItIsGiven()
    {
        float[] weights = [.. s_weights];
        float[] bias = [1f, 1f];
        using var layer = new Linear(weights, 3, 2, bias);
        weights.AsSpan().Clear();
        bias.AsSpan().Clear();
        var y = new float[2];
        layer.Run([1f, 0f, -1f], y, 1);
        Assert.Equal([-1f, -1f], y);
    }

    [Fact]
    public void Run_AfterDispose_IsRefused()
    {
        var layer = new Linear(s_weights, 3, 2);
        layer.Dispose();
        layer.Dispose();
        ObjectDisposedException error = Assert.Throws<ObjectDisposedException>(() => layer.Run(new float[3], new float[2], 1));
        Assert.Equal("Linear layer", error.ObjectName);
    }

    [Fact]
    public async Task Dispose_WhileThreadsRun_LetsThemFinish()
    {
        float[] x = Floats(16 * 200, 3);
        for (int round = 0; round < 20; round++)
        {
            var layer = new Linear(Floats(200 * 300, 1), 200, 300);
            var expected = new float[16 * 300];
            layer.Run(x, expected, 16);
            using var started = new CountdownEvent(3);
            Task[] runs = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                var y = new float[16 * 300];
                started.Signal();
                try
                {
                    while (true)
                    {
                        layer.Run(x, y, 16);
                        AssertSameBits(expected, y);
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            started.Wait();
            layer.Dispose();
            await Task.WhenAll(runs);
        }
    }
}
