using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Tests.Statistics;

public sealed class CellEffectsTests
{
    private static readonly double[] s_before = [0.1, 0.2, 0.3, 0.25, 0.15], s_after = [0.16, 0.24, 0.28, 0.2, 0.12];

    [Fact]
    public void Distances_ByHand_Exact()
    {
        long[] p = [10, 0, 30], q = [0, 5, 5];
        Assert.Equal(0.5, CellDistances.TotalVariation(p, q), 12);
        Assert.Equal(0.5, CellDistances.Largest(p, q), 12);
        Assert.Equal(0.25, CellDistances.KolmogorovSmirnov(p, q), 12);
        Assert.Equal((0.25 * 1) + (0.25 * 3), CellDistances.Wasserstein(p, q, [0, 1, 4]), 12);
        Assert.Equal(Math.Sqrt(1 - Math.Sqrt(0.75 * 0.5)), CellDistances.Hellinger(p, q), 12);
        Assert.Equal(1, CellDistances.JensenShannon([1, 0], [0, 7]), 12);
    }

    [Fact]
    public void Distances_EmptySample_Zero()
    {
        long[] p = [1, 2, 3], none = [0, 0, 0];
        Assert.Equal(0, CellDistances.JensenShannon(p, none));
        Assert.Equal(0, CellDistances.PopulationStability(none, p));
        Assert.Equal(0, CellDistances.KolmogorovSmirnov(p, none));
        Assert.Equal(0, CellDistances.Wasserstein(none, none, [1, 2, 3]));
        Assert.Equal((0, 0, 1), CellDistances.ChiSquare(p, none));
        Assert.Equal(new Effect(0, 0, 1), CellEffects.JensenShannon(p, none));
    }

    [Theory]
    [InlineData("js", 1_000)]
    [InlineData("psi", 1_000)]
    [InlineData("hellinger", 1_000)]
    [InlineData("js", 20_000)]
    [InlineData("psi", 20_000)]
    [InlineData("ks", 1_000)]
    [InlineData("tv", 1_000)]
    [InlineData("largest", 1_000)]
    [InlineData("wasserstein", 1_000)]
    public void Interval_TwoSamples_CoversTheDistanceOfTheDistributions(string name, int rows)
    {
        const int Runs = 400;
        const long Scale = 1_000_000;
        long[] before = [.. s_before.Select(static x => (long)(x * Scale))], after = [.. s_after.Select(static x => (long)(x * Scale))];
        double truth = Of(name, before, after).Value;
        var random = new Random(7);
        int covered = 0;
        for (int i = 0; i < Runs; i++)
        {
            Effect effect = Of(name, Draw(random, s_before, rows), Draw(random, s_after, rows));
            covered += effect.Low <= truth && truth <= effect.High ? 1 : 0;
        }

        Assert.True(covered >= Runs * 0.92, $"{covered} of {Runs}");
    }

    [Fact]
    public void Interval_NoDifference_ContainsZero()
    {
        var random = new Random(3);
        int containing = 0;
        for (int i = 0; i < 200; i++)
        {
            containing += CellEffects.JensenShannon(Draw(random, s_before, 5_000), Draw(random, s_before, 2_000)).Low == 0 ? 1 : 0;
        }

        Assert.True(containing >= 190, $"{containing}");
    }

    private static Effect Of(string name, long[] p, long[] q) => name switch
    {
        "js" => CellEffects.JensenShannon(p, q),
        "psi" => CellEffects.PopulationStability(p, q),
        "hellinger" => CellEffects.Hellinger(p, q),
        "ks" => CellEffects.KolmogorovSmirnov(p, q),
        "tv" => CellEffects.TotalVariation(p, q),
        "largest" => CellEffects.Largest(p, q),
        _ => CellEffects.Wasserstein(p, q, [0, 1, 2, 5, 9]),
    };

    private static long[] Draw(Random random, double[] shares, int rows)
    {
        var counts = new long[shares.Length];
        for (int i = 0; i < rows; i++)
        {
            double u = random.NextDouble();
            int cell = 0;
            while (cell < shares.Length - 1 && u >= shares[cell])
            {
                u -= shares[cell++];
            }

            counts[cell]++;
        }

        return counts;
    }
}
