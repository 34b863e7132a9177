using Inference.Monitoring.Quality;

namespace Inference.Monitoring.Tests.Quality;

public sealed class QualityRulesTests
{
    [Fact]
    public void Evidence_ByHand_IsChernoffsBound()
    {
        Assert.Equal(0, QualityRules.Evidence(1, 100, 0.05));
        Assert.Equal(100 * ((0.1 * Math.Log(2)) + (0.9 * Math.Log(0.9 / 0.95))), QualityRules.Evidence(10, 100, 0.05), 10);
        Assert.Equal(double.PositiveInfinity, QualityRules.Evidence(1, 100, 0));
        Assert.Equal(100 * Math.Log(2), QualityRules.Evidence(100, 100, 0.5), 10);
    }

    [Theory]
    [InlineData(60, 60, true)]
    [InlineData(2.2046, 2.2046, true)]
    [InlineData(0.001, 0.001, true)]
    [InlineData(1.3, 1.3, false)]
    [InlineData(60, 3, false)]
    public void UnitFactors_MeanAndDeviation_BothFollowAKnownFactor(double mean, double deviation, bool found)
    {
        ColumnMoments before = Moments(50, 10, 10_000), now = Moments(50 * mean, 10 * deviation, 10_000);
        Assert.Equal(found, UnitFactors.Find(before, now) is not null);
    }

    [Fact]
    public void UnitFactors_CelsiusToFahrenheit_IsFound() => Assert.Contains("Fahrenheit", UnitFactors.Find(Moments(15, 8, 10_000), Moments((15 * 1.8) + 32, 8 * 1.8, 10_000))!.Value.Text);

    [Fact]
    public void UnitShape_FewFarValues_AreNoChangeOfUnit()
    {
        // Bins of width 1 from 1 to 9: a doubling leaves half of the values within.
        CellLayout layout = CellLayout.OfBins(ColumnKind.Numeric, 8);
        double[] edges = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        long[] reference = [0, 0, 100, 100, 100, 100, 100, 100, 100, 100, 0, 0, 0, 0];
        Assert.True(UnitShape.Explains(layout, edges, reference, [0, 0, 0, 50, 50, 50, 50, 50, 50, 50, 450, 0, 0, 0], new UnitChange(2, 0, "")));
        Assert.False(UnitShape.Explains(layout, edges, reference, [0, 0, 90, 90, 90, 90, 90, 90, 90, 90, 80, 0, 0, 0], new UnitChange(2, 0, "")));
    }

    // Sums whose mean and deviation are as given, in units of a millionth.
    private static ColumnMoments Moments(double mean, double deviation, long rows)
    {
        double m = mean * 1e6, d = deviation * 1e6;
        return new ColumnMoments(rows, (Int128)(m * rows), (Int128)(((m * m) + (d * d)) * rows), 0, 1e6);
    }
}
