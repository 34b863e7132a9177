using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Numerics;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Quantization;

/// <summary>4-bit codes that keep the output rather than each weight.</summary>
public class BlockRoundingTests
{
    private const int Block = 16;

    [Fact]
    public void Upper_TimesItsTranspose_IsTheDampedMatrix()
    {
        double[] gram = [4, 2, 1, 2, 3, 0.5, 1, 0.5, 2];
        double[] factor = TriangularFactor.Upper(gram, 3, 0.1);
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double product = Enumerable.Range(0, 3).Sum(k => factor[(i * 3) + k] * factor[(j * 3) + k]);
                Assert.Equal(gram[(i * 3) + j] + (i == j ? 0.1 * 3 : 0), product, 12);
                Assert.True(j >= i || factor[(i * 3) + j] == 0);
            }
        }
    }

    [Fact]
    public void Encode_EqualInputs_KeepsTheSumThatNearestCodesLose()
    {
        // All inputs are nearly the same number, so the output is their sum: fifteen times 0.4 is 6, but each 0.4 alone is nearest to 0.
        float[] row = [-8, .. Enumerable.Repeat(0.4f, Block - 1)];
        double[] gram = new double[Block * Block];
        gram.AsSpan().Fill(1);
        for (int i = 0; i < Block; i++)
        {
            gram[(i * Block) + i] = 1.01;
        }

        (byte[] nearest, float[] nearestScales) = BlockCodes.Encode(row, 1, Block);
        (byte[] packed, float[] scales, double error) = new BlockRounding(gram, Block).Encode(row, 1, Block);
        double before = Cost(row, Decode(nearest, nearestScales), gram), after = Cost(row, Decode(packed, scales), gram);

        Assert.True(before > 4, $"{before}");
        Assert.True(after < 1, $"{after}");
        Assert.True(error < 0.25, $"{error}");
    }

    [Fact]
    public void Encode_IndependentInputs_RoundsToTheNearestCode()
    {
        float[] rows = Lab.Normal(3 * 40, 7);
        double[] gram = new double[40 * 40];
        for (int i = 0; i < 40; i++)
        {
            gram[(i * 40) + i] = 1;
        }

        (byte[] nearest, float[] nearestScales) = BlockCodes.Encode(rows, 3, Block);
        (byte[] packed, float[] scales, double error) = new BlockRounding(gram, 40).Encode(rows, 3, Block);
        Assert.Equal(nearest, packed);
        Assert.Equal(nearestScales, scales);
        Assert.Equal(1, error, 12);
    }

    [Theory]
    [InlineData(32, 4)]
    [InlineData(40, 200)]
    [InlineData(7, 3)]
    public void Encode_CorrelatedInputs_LowersTheErrorOfEveryRow(int width, int samples)
    {
        // Fewer samples than weights, and a channel that is always zero.
        const int Count = 9;
        float[] x = Lab.Normal(samples * width, 5);
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i % width == 2 ? 0 : x[i] + (2 * x[i / width * width]);
        }

        var sums = new GramMatrix(width, width);
        sums.Add(x);
        double[] gram = [.. Enumerable.Range(0, width * width).Select(i => sums[i / width, i % width] / samples)];
        float[] rows = Lab.Normal(Count * width, 6);
        (byte[] nearest, float[] nearestScales) = BlockCodes.Encode(rows, Count, Block);
        (byte[] packed, float[] scales, double error) = new BlockRounding(gram, width).Encode(rows, Count, Block);
        double damping = 0.01 * Enumerable.Range(0, width).Average(i => gram[(i * width) + i]);
        double[] damped = [.. gram.Select((g, i) => i / width == i % width ? g + damping : g)];
        double before = 0, after = 0;
        for (int n = 0; n < Count; n++)
        {
            float[] row = rows[(n * width)..((n + 1) * width)];
            double plain = Cost(row, Row(nearest, nearestScales, n, width), damped), fed = Cost(row, Row(packed, scales, n, width), damped);
            Assert.True(fed <= plain * 1.0001, $"{plain} → {fed}");
            before += plain;
            after += fed;
        }

        Assert.Equal(after / before, error, 4);
        Assert.True(error < 0.8, $"{error}");
    }

    [Fact]
    public async Task QuantizeAsync_FourBitsWithRows_LowersTheErrorOfTheOutput()
    {
        // Inputs of few sources, as features of a table are.
        OnnxModel model = SmallModels.TwoLayers(64, 48, 8);
        float[] sources = Lab.Normal(900 * 6, 11), mixing = Lab.Normal(6 * 64, 12);
        float[] values = [.. Enumerable.Range(0, 900 * 64).Select(i => Enumerable.Range(0, 6).Sum(s => sources[(i / 64 * 6) + s] * mixing[(s * 64) + (i % 64)]))];
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>(values.AsSpan(0, 600 * 64), [600, 64]) });
        float[] others = values[(600 * 64)..];
        var context = new OptimizationContext { Loader = ModelLoader.Default };
        var options = new QuantizeOptions { Mode = QuantizationMode.WeightOnly, WeightBits = 4 };
        QuantizeResult nearest = await Quantizer.QuantizeAsync(context, model, null, options);
        QuantizeResult rounded = await Quantizer.QuantizeAsync(context, model, rows, options);

        double before = await ErrorAsync(context, model, nearest.Model, others), after = await ErrorAsync(context, model, rounded.Model, others);
        Assert.True(after < before * 0.5, $"{before} → {after}");
        Assert.Equal(nearest.Bytes, rounded.Bytes);
        Assert.All(nearest.Layers, static l => Assert.Contains("rounded to the nearest code", l.Reason, StringComparison.Ordinal));
        Assert.All(rounded.Layers, static l => Assert.Contains("% of the output's squared error", l.Reason, StringComparison.Ordinal));
    }

    private static async Task<double> ErrorAsync(OptimizationContext context, OnnxModel model, OnnxModel other, float[] values)
    {
        float[] wanted = await RunAsync(context, model, values), got = await RunAsync(context, other, values);
        return wanted.Zip(got, static (w, g) => (double)(w - g) * (w - g)).Sum();
    }

    private static async Task<float[]> RunAsync(OptimizationContext context, OnnxModel model, float[] values)
    {
        await using IModelRunner runner = await context.Loader.LoadAsync(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions());
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(values, [values.Length / 64, 64]) };
        using NamedValues outputs = runner.Run(inputs);
        return outputs["y"].AsSpan<float>().ToArray();
    }

    private static float[] Row(byte[] packed, float[] scales, int n, int width)
    {
        int blocks = (width + Block - 1) / Block;
        return Decode(packed[(n * blocks * Block / 2)..((n + 1) * blocks * Block / 2)], scales[(n * blocks)..((n + 1) * blocks)])[..width];
    }

    private static float[] Decode(byte[] packed, float[] scales) =>
        [.. Enumerable.Range(0, packed.Length * 2).Select(i => (((packed[i / 2] >> (i % 2 * 4)) & 15) - 8) * scales[i / Block])];

    // (w − q)·G·(w − q)ᵀ
    private static double Cost(float[] row, float[] restored, double[] gram)
    {
        double cost = 0;
        for (int i = 0; i < row.Length; i++)
        {
            for (int j = 0; j < row.Length; j++)
            {
                cost += (row[i] - restored[i]) * (double)(row[j] - restored[j]) * gram[(i * row.Length) + j];
            }
        }

        return cost;
    }
}
