using Inference.Evaluation.Sequential;

namespace Inference.Evaluation.Tests.Sequential;

public sealed class TwoArmTestTests
{
    [Fact]
    public void LogEvidence_WithoutOutcomes_IsZero()
    {
        Assert.Equal(0, new TwoArmTest().LogEvidence([]), 12);
        Assert.Equal(0, new TwoArmTest().LogEvidence([new ArmCounts(new StageKey(0, 0.1))]), 12);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void LogEvidence_OfEqualArms_StaysBelowOne(double share) =>
        Assert.True(Evidence(share, (long)(10000 * share), (long)(500 * share), (long)(10000 * (1 - share)), (long)(500 * (1 - share))) < 0);

    [Fact]
    public void LogEvidence_OfATreatmentThatLosesMore_Grows()
    {
        double few = Evidence(0.1, 100, 10, 900, 45), many = Evidence(0.1, 1000, 100, 9000, 450);
        Assert.True(many > few && many > Math.Log(100), $"{few}, {many}");
    }

    [Fact]
    public void LogEvidence_OfABetterTreatment_IsNone() => Assert.True(Evidence(0.5, 5000, 250, 5000, 500) < 0);

    [Fact]
    public void LogEvidence_OfATreatmentThatAlwaysFails_NeedsAFewCalls() => Assert.True(Evidence(0.1, 5, 5, 45, 0) > Math.Log(100));

    // The expectation under any H0 whose arms are fixed beforehand is at most 1: all outcomes of a few calls, weighed by their probability.
    [Theory]
    [InlineData(3, 5, 0.3, 0.3, 0.4)]
    [InlineData(3, 5, 0.05, 0.05, 0.1)]
    [InlineData(6, 1, 0.5, 0.5, 0.1)]
    [InlineData(1, 6, 0.9, 0.9, 0.5)]
    [InlineData(4, 4, 0.2, 0.6, 0.5)]
    [InlineData(5, 0, 0.2, 0.6, 0.5)]
    public void Evidence_UnderNoDifference_IsAtMostOneOnAverage(int treated, int controls, double treatmentRate, double controlRate, double share)
    {
        double expectation = 0;
        for (int i = 0; i <= treated; i++)
        {
            for (int k = 0; k <= controls; k++)
            {
                expectation += Binomial(treated, i, treatmentRate) * Binomial(controls, k, controlRate) * Math.Exp(Evidence(share, treated, i, controls, k));
            }
        }

        Assert.True(expectation <= 1 + 1e-12, $"{expectation}");
    }

    private static double Binomial(int n, int k, double p)
    {
        double result = Math.Pow(p, k) * Math.Pow(1 - p, n - k);
        for (int i = 1; i <= k; i++)
        {
            result *= (double)(n - k + i) / i;
        }

        return result;
    }

    private static double Evidence(double share, long treated, long treatedOnes, long controls, long controlOnes)
    {
        var counts = new ArmCounts(new StageKey(0, share));
        counts.Treatment.Add(treated, treatedOnes);
        counts.Control.Add(controls, controlOnes);
        return new TwoArmTest().LogEvidence([counts]);
    }
}
