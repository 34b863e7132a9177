using Inference.Evaluation.Sequential;

namespace Inference.Evaluation.Tests.Sequential;

/// <summary>How soon a treatment that fails five points more often is found, at a tenth of the calls, at 1 % of false alarms, with half of the weight on errors as beside latency and a metric.</summary>
public sealed class TwoArmPowerTests
{
    private const int Trials = 100;
    private const int CallsALook = 100;

    [Theory]
    [InlineData(0, 2_500)]
    [InlineData(0.01, 5_000)]
    [InlineData(0.05, 12_000)]
    [InlineData(0.2, 30_000)]
    public void Evidence_OfFivePointsMoreErrors_SufficesInNinetyFiveOfAHundredTrials(double rate, int calls)
    {
        double limit = Math.Log(1 / (0.01 * 0.5));
        var test = new TwoArmTest();
        int found = Enumerable.Range(0, Trials).AsParallel().Count(seed =>
        {
            var random = new Random(seed);
            var counts = new ArmCounts(new StageKey(0, 0.1));
            for (int call = 1; call <= calls; call++)
            {
                bool treated = random.NextDouble() < 0.1;
                (treated ? counts.Treatment : counts.Control).Add(1L, random.NextDouble() < (treated ? rate + 0.05 : rate) ? 1L : 0L);
                if (call % CallsALook == 0 && test.LogEvidence([counts]) >= limit)
                {
                    return true;
                }
            }

            return false;
        });
        Assert.True(found >= 95, $"{found} of {Trials}");
    }
}
