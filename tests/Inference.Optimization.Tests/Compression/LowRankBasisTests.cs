using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Factorization;
using Inference.Optimization.Numerics;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Compression;

/// <summary>The decomposition behind factorization: right, deterministic, one for all shares, and as large as the smallest side.</summary>
public class LowRankBasisTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(7, 7)]
    [InlineData(40, 40)]
    [InlineData(40, 5)]
    [InlineData(33, 0)]
    public void Solve_SymmetricMatrix_DiagonalizesIt(int n, int rank)
    {
        double[] matrix = OutputMoments.Products(Array.ConvertAll(Lab.Normal(n * Math.Max(rank, 1), 3), v => rank == 0 ? 0 : (double)v), n, Math.Max(rank, 1));
        (double[] values, double[] vectors) = SymmetricEigen.Solve((double[])matrix.Clone(), n);

        double scale = Math.Max(1, values[0]);
        for (int i = 0; i < n; i++)
        {
            Assert.True(i == 0 || values[i] <= values[i - 1]);
            for (int j = 0; j < n; j++)
            {
                double dot = 0, product = 0;
                for (int k = 0; k < n; k++)
                {
                    dot += vectors[(i * n) + k] * vectors[(j * n) + k];
                    product += matrix[(j * n) + k] * vectors[(i * n) + k];
                }

                Assert.Equal(i == j ? 1 : 0, dot, 9);
                Assert.True(Math.Abs(product - (values[i] * vectors[(i * n) + j])) < 1e-9 * scale, $"{i} {j}");
            }
        }
    }

    [Theory]
    [InlineData(24, 10, 6)]
    [InlineData(24, 10, 500)]
    [InlineData(10, 24, 6)]
    [InlineData(10, 24, 500)]
    public async Task FactorizeAsync_OutputsOfLowRank_AreKeptExactly(int outputs, int inputs, int rows)
    {
        // Whatever side is the smallest: samples, outputs or inputs.
        OnnxModel model = Single(inputs * 8, outputs * 8, rank: 5);
        FactorizeResult result = await FactorizeAsync(model, inputs * 8, rows, new FactorizeOptions { RequireMeasuredGain = false, Ranks = new Dictionary<string, int> { ["layer"] = 6 } });
        using NamedValues values = new() { ["x"] = TensorValue.Copy(Lab.Normal(rows * inputs * 8, 9), [rows, inputs * 8]) };
        float[] wanted = await Lab.RunAsync(model, values);
        float[] got = await Lab.RunAsync(result.Model, values);

        double scale = wanted.Max(Math.Abs);
        Assert.All(wanted.Zip(got), p => Assert.True(Math.Abs(p.First - p.Second) < 1e-3 * scale, $"{p.First} against {p.Second}"));
    }

    [Fact]
    public async Task FactorizeAsync_DifferentShares_ArePrefixesOfOneDecompositionAndRepeat()
    {
        OnnxModel model = Single(128, 96, rank: 96);
        async Task<float[]> FactorsAsync(double share)
        {
            FactorizeResult result = await FactorizeAsync(model, 128, 300, new FactorizeOptions { RequireMeasuredGain = false, TargetMacs = share, MaxLayerError = 1, RankMultiple = 4 });
            return result.Model.Graph.Initializers.First(t => t.Dims is [_, 96]).ToArray<float>();
        }

        float[] half = await FactorsAsync(0.5);
        float[] quarter = await FactorsAsync(0.25);
        Assert.True(quarter.Length < half.Length);
        Assert.Equal(half[..quarter.Length], quarter);
        Assert.Equal(half, await FactorsAsync(0.5));
    }

    [Fact]
    public async Task FactorizeAsync_FourThousandOutputs_DecomposesTheSmallerSide()
    {
        OnnxModel model = Single(256, 4096, rank: 64);
        FactorizeResult result = await FactorizeAsync(model, 256, 1000, new FactorizeOptions { RequireMeasuredGain = false, Ranks = new Dictionary<string, int> { ["layer"] = 64 } });

        Assert.Contains("loses 0.00", Assert.Single(result.Layers).Reason, StringComparison.Ordinal);
    }

    private static Task<FactorizeResult> FactorizeAsync(OnnxModel model, int inputs, int rows, FactorizeOptions options) =>
        Factorizer.FactorizeAsync(new OptimizationContext { Loader = ModelLoader.Default }, model, SmallModels.Rows(rows, inputs), options);

    private static OnnxModel Single(int inputs, int outputs, int rank)
    {
        float[] left = Lab.Normal(inputs * rank, 1), right = Lab.Normal(rank * outputs, 2);
        var weights = new float[inputs * outputs];
        for (int i = 0; i < inputs; i++)
        {
            for (int r = 0; r < rank; r++)
            {
                for (int o = 0; o < outputs; o++)
                {
                    weights[(i * outputs) + o] += left[(i * rank) + r] * right[(r * outputs) + o];
                }
            }
        }

        return SmallModels.Model(
            13, "x", ["batch", inputs], "y", [new OnnxNode("Gemm", ["x", "W", "b"], ["y"], name: "layer")],
            OnnxTensor.Create<float>("W", weights, inputs, outputs), OnnxTensor.Create<float>("b", Lab.Normal(outputs, 4), outputs));
    }
}
