using Inference.Evaluation.Sequential;

namespace Inference.Evaluation.Tests.Sequential;

public sealed class DetectorTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    public void Add_OfARateOutsideTheLimits_RaisesTheAlarm(long ones)
    {
        var detector = new RateDetector(0.04, 0.06);
        int buckets = 0;
        for (; !DetectorPanel.IsAlarm([detector.LogValue], 1000) && buckets < 100; buckets++)
        {
            detector.Add(100, ones);
        }

        Assert.InRange(buckets, 1, 20);
    }

    // R ← (R + 1)·L: the mean of the value after n buckets is at most n while the rate is within the limits; here over all outcomes of two buckets of two.
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.2)]
    [InlineData(0.25)]
    public void Value_WithinTheLimits_IsAtMostTheNumberOfBucketsOnAverage(double rate)
    {
        double expectation = 0;
        double[] chances = [(1 - rate) * (1 - rate), 2 * rate * (1 - rate), rate * rate];
        for (int first = 0; first <= 2; first++)
        {
            for (int second = 0; second <= 2; second++)
            {
                var detector = new RateDetector(0.2, 0.3);
                detector.Add(2, first);
                detector.Add(2, second);
                expectation += chances[first] * chances[second] * Math.Exp(detector.LogValue);
            }
        }

        Assert.True(expectation <= 2 + 1e-12, $"{expectation}");
    }

    [Fact]
    public void Restore_OfWhatWasKept_GoesOn()
    {
        RateDetector one = new(0, 0.1), other = new(0, 0.1);
        one.Add(50, 9);
        other.Restore([.. one.Components], one.Buckets);
        one.Add(50, 8);
        other.Add(50, 8);
        Assert.Equal(one.LogValue, other.LogValue);
        Assert.Equal(2, other.Buckets);
    }

    [Fact]
    public void Named_ByTheirValues_AreTheGreatest()
    {
        double run = Math.Log(100);
        Assert.Equal([2, 0], DetectorPanel.Named([run + 1, 0, run + 2, 1], 100));
        Assert.Empty(DetectorPanel.Named([0, 1, 2], 100));
    }

    [Fact]
    public void Mean_OfOutcomes_NarrowsWithTheirVariance()
    {
        OutcomeCounts wide = new(), narrow = new(32);
        for (int i = 0; i < 2000; i++)
        {
            wide.Add(1, i % 2);
            narrow.Add(0.5, 0);
        }

        (double low, double high) = ConfidenceSequence.Mean(wide);
        (double narrowLow, double narrowHigh) = ConfidenceSequence.Mean(narrow);
        Assert.True(low < 0.5 && high > 0.5 && high - low < 0.12, $"{low}, {high}");
        Assert.True(narrowLow < 0.5 && narrowHigh > 0.5 && narrowHigh - narrowLow < 0.01, $"{narrowLow}, {narrowHigh}");
        Assert.Equal((0, 1), ConfidenceSequence.Mean(new OutcomeCounts()));
    }
}
