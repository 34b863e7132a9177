using Inference.Monitoring.Collection;
using Inference.Monitoring.Stage;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

public class SamplerTests
{
    [Theory]
    [InlineData(10_000, 50, 0.01, 1)]
    [InlineData(10_000, 200, 0.01, 0.5)]
    [InlineData(10_000, 10_000, 0.01, 0.01)]
    [InlineData(100, 100_000, 0.0001, 1.0 / 1024)]
    public void Share_OfTimedCalls_KeepsTheBudget(long call, long count, double budget, double share)
    {
        var sampler = new Sampler(reading: 0, 1_000_000_000);
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(call, count, counted: true, budget);
        }

        Assert.Equal(share, sampler.Share, 1e-9);
    }

    [Fact]
    public void Share_WithoutABudget_IsOne()
    {
        var sampler = new Sampler(reading: 0, 1_000_000_000);
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(1, 1_000, counted: true, null);
        }

        Assert.Equal(1, sampler.Share);
        Assert.True(sampler.Takes(null, 7));
    }

    [Fact]
    public void Share_AnInterruptedCall_ChangesItLittle()
    {
        var sampler = new Sampler(reading: 0, 1_000_000_000);
        for (int i = 0; i < 400; i++)
        {
            sampler.Add(10_000, i % 50 == 7 ? 10_000_000 : 200, counted: true, 0.01);
        }

        Assert.InRange(sampler.Share, 0.3, 0.5);
    }

    [Fact]
    public void Takes_ByPredictionId_IsAPropertyOfTheIdAndHasTheShare()
    {
        var sampler = new Sampler(reading: 0, 1_000_000_000);
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(10_000, 400, counted: true, 0.01);
        }

        int taken = 0;
        for (int i = 0; i < 4_000; i++)
        {
            var context = new RunContext();
            bool takes = sampler.Takes(context, 7);
            Assert.Equal(takes, sampler.Takes(context, 7));
            taken += takes ? 1 : 0;
        }

        Assert.InRange(taken, 850, 1_150);
    }

    [Fact]
    public void Run_AboveTheBudget_ReportsTheShare()
    {
        using var f = new Counted(Rows.Profile(), o => o.Budget = 0.0001);
        for (int i = 0; i < 30_000; i++)
        {
            f.Run([1, 2, 3, 4]);
        }

        MonitoringWindow window = f.Flush();
        Assert.Equal((30_000, 30_000), (window.RowsSeen, window.Calls));
        Assert.InRange(f.Monitor.Snapshot.SampledShare, 0, 0.5);
        Assert.InRange(window.Rows, 400, 29_000);
    }

    [Fact]
    public void Advance_PlacesOfAStripe_TimeOneIn64CallsAndAllOfAPattern()
    {
        var sampler = new Sampler(reading: 0, 1_000_000_000);
        var stripe = new Stripe(Rows.Profile().WindowLayout);
        foreach (int period in (int[])[1, 2, 3, 16, 61, 64])
        {
            var timed = new int[period];
            for (int call = 0; call < 12_800 * period; call++)
            {
                timed[call % period] += sampler.TakeTiming() ? 1 : 0;
                sampler.Advance(stripe.NextPlace());
            }

            Assert.All(timed, t => Assert.InRange(t, 180, 220));
        }
    }

    [Fact]
    public void Takes_WithoutAContext_HasTheShareAlsoAmongTimedCalls()
    {
        var sampler = new Sampler(reading: 0, 1_000_000_000);
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(10_000, 400, counted: true, 0.01);
        }

        var stripe = new Stripe(Rows.Profile().WindowLayout);
        (int taken, int timed, int both) = (0, 0, 0);
        for (int i = 0; i < 640_000; i++)
        {
            bool times = sampler.TakeTiming();
            uint place = stripe.NextPlace();
            sampler.Advance(place);
            bool takes = sampler.Takes(null, place);
            (taken, timed, both) = (taken + (takes ? 1 : 0), timed + (times ? 1 : 0), both + (takes && times ? 1 : 0));
        }

        Assert.InRange(taken, 158_000, 162_000);
        Assert.InRange((double)both / timed, 0.22, 0.28);
    }

    [Theory]
    [InlineData(20_000, 165, 20)]
    [InlineData(10_000, 165, 20)]
    [InlineData(5_000, 165, 20)]
    [InlineData(3_000, 400, 12)]
    public void Share_WithWhatMonitoringTakesOfEachCall_KeepsTheBudget(int call, int count, int pass)
    {
        // Nanoseconds; a reading of the clock takes 25, of which a timing holds one.
        const int Reading = 25;
        var sampler = new Sampler(Reading, 1_000_000_000);
        for (int i = 0; i < 400; i++)
        {
            sampler.Add(call + Reading, (i % 2 == 0 ? count : pass) + Reading, counted: i % 2 == 0, 0.01);
        }

        double taken = 3 + (3 * Reading / 64.0) + pass + (sampler.Share * (count - pass));
        Assert.Equal(Math.Min(0.01 * call, 3 + (3 * Reading / 64.0) + count), taken, 0.01);
    }

    [Fact]
    public void Run_CountingTakesFarMoreThanTheBudget_CountsTheLeastShare()
    {
        // Each reading of the clock is a tick later: a call takes as long as counting it.
        using var f = new Counted(Rows.Profile(), o => o.Budget = 0.0001, services: TestServices.WithClock(new TickingClock()));
        for (int i = 0; i < 4_096; i++)
        {
            f.Run([1, 2, 3, 4]);
        }

        f.Flush();
        Assert.Equal(1.0 / 1024, f.Monitor.Snapshot.SampledShare);
        for (int i = 0; i < 51_200; i++)
        {
            f.Run([1, 2, 3, 4]);
        }

        Assert.InRange(f.Flush().Rows, 15, 120);
    }

    private sealed class TickingClock : TimeProvider
    {
        private long _ticks;

        public override long GetTimestamp() => Interlocked.Increment(ref _ticks);
    }
}
