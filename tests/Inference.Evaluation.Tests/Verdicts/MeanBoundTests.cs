using Inference.Evaluation.Verdicts;

namespace Inference.Evaluation.Tests.Verdicts;

public sealed class MeanBoundTests
{
    // scipy.stats.beta.ppf(0.95, k + 1, n - k).
    [Theory]
    [InlineData(100, 0, 0.02951304960703993)]
    [InlineData(100, 1, 0.046559811453538935)]
    [InlineData(100, 5, 0.1022533776432745)]
    [InlineData(1000, 0, 0.0029912495450952954)]
    [InlineData(1000, 50, 0.06286340444665749)]
    [InlineData(20, 10, 0.6980460887135065)]
    public void Upper_OfZerosAndOnes_IsClopperAndPearsons(int rows, int ones, double expected)
    {
        double upper = new MeanBound(Enumerable.Range(0, rows).Select(i => i < ones ? 1.0 : 0.0), 1).Upper(0.95);
        Assert.InRange(upper, expected * 0.999, expected * 1.006);
    }

    [Fact]
    public void Upper_OfManyFigures_IsThatOfTheNormalIntervalAndNoLower()
    {
        var random = new Random(5);
        double[] figures = [.. Enumerable.Range(0, 20000).Select(_ => (random.NextDouble() + random.NextDouble()) - 1)];
        double mean = figures.Average(), deviation = Math.Sqrt(figures.Average(f => (f - mean) * (f - mean)) / figures.Length);
        double upper = new MeanBound(figures, 1).Upper(0.95);
        Assert.InRange((upper - mean) / deviation, 1.645, 1.68);
    }

    [Fact]
    public void Upper_OfMoreRowsLikeThese_Falls()
    {
        double[] figures = [0, 0, 0, 0, 0, 1, -1];
        Assert.True(new MeanBound(figures, 1, 100).Upper(0.95) < new MeanBound(figures, 1).Upper(0.95) / 5);
    }
}
