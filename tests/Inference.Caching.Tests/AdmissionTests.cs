using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Caching.Tests;

public class AdmissionTests
{
    [Fact]
    public void UniqueRowsOfACheapModel_SwitchItOffAndOnAgainWhenItPays()
    {
        var clock = new FakeTimeProvider();
        long hits = 0;
        var switches = new List<bool>();
        var admission = new AdmissionController(clock, () => hits, switches.Add);
        for (int i = 0; i < 3 * 2048; i++)
        {
            // The model takes 10 ticks a row, the cache 5, and nothing is ever hit.
            admission.Record(1, 10, 5);
        }

        Assert.False(admission.State);
        Assert.Equal([false], switches);
        Assert.False(admission.IsOn);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(Enumerable.Range(0, 40), _ => admission.IsOn);
        Assert.Equal([false, true], switches);

        // Now four of five rows are hit.
        for (int i = 0; i < 3 * 2048; i++)
        {
            hits += 4;
            admission.Record(1, 10, 5);
        }

        Assert.True(admission.State);
    }

    [Fact]
    public void UniqueRowsOfAnExpensiveModel_StayCached()
    {
        var admission = new AdmissionController(new FakeTimeProvider(), () => 0, _ => Assert.Fail("switched"));
        for (int i = 0; i < 5 * 2048; i++)
        {
            // Less than 1 % of the model's time: nothing is lost by waiting for hits to come.
            admission.Record(1, 1000, 5);
        }

        Assert.True(admission.State);
    }

    [Fact]
    public void Trials_OfACacheThatNeverPays_BecomeRare()
    {
        var clock = new FakeTimeProvider();
        var admission = new AdmissionController(clock, () => 0, _ => { });
        int trials = 0;
        for (int second = 0; second < 600; second++)
        {
            for (int i = 0; i < 40; i++)
            {
                if (admission.IsOn)
                {
                    trials++;
                    for (int row = 0; row < 2 * 2048; row++)
                    {
                        admission.Record(1, 10, 5);
                    }
                }
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(trials, 2, 20);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.2)]
    [InlineData(2)]
    public void Trials_OfACacheThatNeverPays_LoseLittleOfTheTime(double share)
    {
        var clock = new FakeTimeProvider();
        var admission = new AdmissionController(clock, () => 0, _ => { });
        long model = TimeSpan.FromMicroseconds(200).Ticks;
        long cost = (long)(model * share);
        long lost = 0;
        for (int call = 0; call < 3_000_000; call++)
        {
            bool on = admission.IsOn;
            clock.Advance(new TimeSpan(model + (on ? cost : 0)));
            if (on)
            {
                admission.Record(1, model, cost);
                lost += cost;
            }
        }

        Assert.InRange((double)lost / (clock.GetUtcNow() - clock.Start).Ticks, 0, 0.02);
    }
}
