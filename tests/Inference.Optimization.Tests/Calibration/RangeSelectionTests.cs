using Inference.Optimization.Calibration;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Calibration;

public class RangeSelectionTests
{
    [Fact]
    public void Select_MinMax_IsExact()
    {
        ValueRange range = RangeSelection.Select(Of([-3, 0, 5]), CalibrationMethod.MinMax);

        Assert.Equal(new ValueRange(-3, 5), range);
    }

    [Fact]
    public void Select_Percentile_CutsTheTails()
    {
        float[] values = [.. Enumerable.Range(0, 10_000).Select(i => i / 10_000f), 1000];
        ValueRange range = RangeSelection.Select(Of(values), CalibrationMethod.Percentile, 99.9);

        Assert.InRange(range.High, 0.9f, 2);
    }

    [Theory]
    [InlineData(CalibrationMethod.Mse)]
    [InlineData(CalibrationMethod.Entropy)]
    public void Select_NormalWithOutlier_ClipsTheOutlier(CalibrationMethod method)
    {
        ValueRange range = RangeSelection.Select(Of([.. Lab.Normal(100_000, 1), 40]), method);

        Assert.InRange(range.High, 3, 38);
        Assert.InRange(range.Low, -10, -3);
    }

    [Fact]
    public void Select_Mse_HasLeastSquaredError()
    {
        Histogram histogram = Of([.. Lab.Normal(100_000, 1), 40]);
        double best = Error(RangeSelection.Select(histogram, CalibrationMethod.Mse));

        Assert.All(
            new[] { CalibrationMethod.MinMax, CalibrationMethod.Percentile, CalibrationMethod.Entropy },
            m => Assert.True(best <= Error(RangeSelection.Select(histogram, m)) * 1.0001, m.ToString()));

        double Error(ValueRange range) => RangeSelection.SquaredError(histogram, Math.Min(range.Low, 0), Math.Max(range.High, 0));
    }

    [Fact]
    public void Select_NothingSeen_Throws() => Assert.Throws<OptimizationException>(() => RangeSelection.Select(new Histogram(), CalibrationMethod.MinMax));

    private static Histogram Of(float[] values)
    {
        var histogram = new Histogram();
        histogram.Add(values);
        return histogram;
    }
}
