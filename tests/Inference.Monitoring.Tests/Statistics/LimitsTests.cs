using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Tests.Statistics;

public sealed class LimitsTests
{
    [Theory]
    [InlineData(0.025, -1.9599639845400545)]
    [InlineData(1e-9, -5.997807015007686)]
    [InlineData(0.3, -0.5244005127080409)]
    [InlineData(0.999, 3.090232306167813)]
    public void NormalQuantile_KnownLevels_Exact(double p, double z)
    {
        Assert.Equal(z, SpecialFunctions.NormalQuantile(p), 9);
        Assert.Equal(p, SpecialFunctions.NormalTail(-z), 1e-12);
    }

    [Fact]
    public void ShareLimits_NoTrialsOrAllOrNone_AreTheEnds()
    {
        Assert.Equal(1, ShareLimits.Upper(0, 0, 0.01));
        Assert.Equal(0, ShareLimits.Lower(0, 0, 0.01));
        Assert.Equal(1 - Math.Pow(0.01, 1.0 / 50), ShareLimits.Upper(0, 50, 0.01), 12);
        Assert.Equal(Math.Pow(0.01, 1.0 / 50), ShareLimits.Lower(50, 50, 0.01), 12);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(5_000)]
    public void MeanLimit_SkewedFunction_HoldsAtItsLevel(int rows)
    {
        const int Runs = 2_000;
        double[] values = [0, 0.1, 0.3, 1, 4], shares = [0.4, 0.3, 0.2, 0.08, 0.02];
        double mean = values.Zip(shares).Sum(static x => x.First * x.Second);
        var random = new Random(5);
        var counts = new long[5];
        int above = 0;
        for (int run = 0; run < Runs; run++)
        {
            Array.Clear(counts);
            for (int i = 0; i < rows; i++)
            {
                double u = random.NextDouble();
                counts[u < 0.4 ? 0 : u < 0.7 ? 1 : u < 0.9 ? 2 : u < 0.98 ? 3 : 4]++;
            }

            above += MeanLimit.Upper(values, counts, 0.05) < mean ? 1 : 0;
        }

        Assert.True(above <= Runs * 0.05, $"{above} of {Runs}");
    }

    [Fact]
    public void MeanLimit_LargeSample_IsNearTheNormalLimit()
    {
        // Standard deviations of the mean between it and its limit: 4.26 at this level for a normal mean.
        double[] values = [-1.5, -0.5, 0.5, 1.5];
        long[] counts = [25_000, 25_000, 25_000, 25_000];
        double sigmas = MeanLimit.Upper(values, counts, 1e-5) / (Math.Sqrt(1.25) / Math.Sqrt(100_000));
        Assert.InRange(sigmas, 4.26, 5.4);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(2.0)]
    public void Novelty_OfZipfShares_FailsNoMoreOftenThanStated(double exponent)
    {
        const int Values = 40, Rows = 200, Runs = 20_000;
        const double Delta = 0.01;
        double[] shares = [.. Enumerable.Range(1, Values).Select(i => Math.Pow(i, -exponent))];
        double all = shares.Sum();
        var random = new Random(1);
        int above = 0, below = 0;
        for (int run = 0; run < Runs; run++)
        {
            var counts = new int[Values];
            for (int row = 0; row < Rows; row++)
            {
                double at = random.NextDouble() * all;
                int value = 0;
                while (value < Values - 1 && at >= shares[value])
                {
                    at -= shares[value++];
                }

                counts[value]++;
            }

            double unseen = shares.Where((_, i) => counts[i] == 0).Sum() / all;
            var novelty = new Novelty(counts.Count(static c => c == 1), counts.Count(static c => c == 2));
            above += unseen > novelty.Upper(Rows, Delta) ? 1 : 0;
            below += unseen < novelty.Lower(Rows, Delta) ? 1 : 0;
        }

        Assert.InRange((double)above / Runs, 0, Delta);
        Assert.InRange((double)below / Runs, 0, Delta);
    }
}
