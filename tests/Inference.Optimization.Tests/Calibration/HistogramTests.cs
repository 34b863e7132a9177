using Inference.Optimization.Calibration;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Calibration;

public class HistogramTests
{
    [Fact]
    public void Add_GrowingRange_KeepsEveryValueInTheBinThatHoldsIt()
    {
        var histogram = new Histogram();
        float[] values = [.. Lab.Normal(1000, 1, 0.01f), .. Lab.Normal(1000, 2), .. Lab.Normal(1000, 3, 50)];
        foreach (float[] batch in values.Chunk(100))
        {
            histogram.Add(batch);
        }

        Assert.Equal(values.Length, histogram.Count);
        Assert.Equal(values.Min(), histogram.Min);
        Assert.Equal(values.Max(), histogram.Max);
        long[] expected = new long[Histogram.BinCount];
        foreach (float value in values)
        {
            expected[(int)((value - histogram.Origin) / histogram.Width)]++;
        }

        // Values within rounding of an edge may lie on either side of it.
        int moved = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            moved += (int)Math.Abs(expected[i] - histogram.Bins[i]);
        }

        Assert.True(moved <= 4, $"{moved} values moved");
    }

    [Fact]
    public void Add_NonFinite_CountsThemApart()
    {
        var histogram = new Histogram();
        histogram.Add([1, float.NaN, float.PositiveInfinity, 2]);

        Assert.Equal(2, histogram.Count);
        Assert.Equal(2, histogram.NonFinite);
        Assert.Equal(2, histogram.Max);
    }

    [Fact]
    public void Add_Constant_Works()
    {
        var histogram = new Histogram();
        histogram.Add([0, 0, 0]);
        histogram.Add([1e6f]);

        Assert.Equal(4, histogram.Bins.ToArray().Sum());
    }
}
