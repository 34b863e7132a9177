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
        var sampler = new Sampler();
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(call, count, budget);
        }

        Assert.Equal(share, sampler.Share, 1e-9);
    }

    [Fact]
    public void Share_WithoutABudget_IsOne()
    {
        var sampler = new Sampler();
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(1, 1_000, null);
        }

        Assert.Equal(1, sampler.Share);
        Assert.True(sampler.Takes(null));
    }

    [Fact]
    public void Share_AnInterruptedCall_ChangesItLittle()
    {
        var sampler = new Sampler();
        for (int i = 0; i < 400; i++)
        {
            sampler.Add(10_000, i % 50 == 7 ? 10_000_000 : 200, 0.01);
        }

        Assert.InRange(sampler.Share, 0.3, 0.5);
    }

    [Fact]
    public void Takes_ByPredictionId_IsAPropertyOfTheIdAndHasTheShare()
    {
        var sampler = new Sampler();
        for (int i = 0; i < 200; i++)
        {
            sampler.Add(10_000, 400, 0.01);
        }

        int taken = 0;
        for (int i = 0; i < 4_000; i++)
        {
            var context = new RunContext();
            bool takes = sampler.Takes(context);
            Assert.Equal(takes, sampler.Takes(context));
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(61)]
    public void IsTimed_ModelsInTurnOnAThread_TimesOneIn64CallsOfEach(int models)
    {
        var timed = new int[models];
        for (int call = 0; call < 12_800 * models; call++)
        {
            timed[call % models] += Sampler.IsTimed ? 1 : 0;
        }

        Assert.All(timed, t => Assert.InRange(t, 180, 220));
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
