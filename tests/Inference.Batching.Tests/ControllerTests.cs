using Inference.TestSupport;

namespace Inference.Batching.Tests;

public class ControllerTests
{
    [Theory]
    [InlineData(50, 1, 0.2)]
    [InlineData(10, 2, 0.5)]
    [InlineData(200, 5, 1)]
    public void LatencyController_RunsThatTakeLongerWithMoreRows_SettleAtTheObjective(double objective, double fixedCost, double perRow)
    {
        // A run of n rows takes fixedCost + n · perRow; a call waits for one run and takes part in the next.
        var options = new BatchingOptions { MaxRows = 256, LatencyObjective = TimeSpan.FromMilliseconds(objective) };
        var controller = new LatencyController();
        long objectiveTicks = TimeSpan.FromMilliseconds(objective).Ticks;
        double best = (objective / 2 - fixedCost) / perRow;
        for (int i = 0; i < 20_000; i++)
        {
            int rows = controller.RowLimit(options);
            long run = TimeSpan.FromMilliseconds(fixedCost + rows * perRow).Ticks;
            controller.RecordRun(run);
            controller.RecordCall(2 * run, objectiveTicks, options);
        }

        // Multiplicative decrease swings between 0.75 of the best and one step above it.
        double expected = Math.Min(256, best);
        Assert.InRange(controller.RowLimit(options), Math.Max(1, (int)(expected * 0.7)), Math.Ceiling(expected) + 9);
    }

    [Fact]
    public void LatencyController_QueueIsWhatTakesTheTime_LimitGrows()
    {
        var options = new BatchingOptions { MaxRows = 64, LatencyObjective = TimeSpan.FromMilliseconds(10) };
        var controller = new LatencyController();
        int start = controller.RowLimit(options);
        for (int i = 0; i < 10_000; i++)
        {
            controller.RecordRun(TimeSpan.FromMilliseconds(1).Ticks);
            controller.RecordCall(TimeSpan.FromMilliseconds(100).Ticks, TimeSpan.FromMilliseconds(10).Ticks, options);
        }

        Assert.True(controller.RowLimit(options) > start);
        Assert.True(controller.DelayFactor < 0.01);
    }

    [Fact]
    public void LatencyController_NoObjective_UsesMaxRows() =>
        Assert.Equal(48, new LatencyController().RowLimit(new BatchingOptions { MaxRows = 48 }));

    [Theory]
    [InlineData(1, 64, true)]
    [InlineData(1, 1.05, true)]
    [InlineData(10, 1, false)]
    [InlineData(1, 0.97, false)]
    public void PayoffController_StepsAsideWhereBatchingCostsMore(double direct, double batched, bool aside) =>
        Assert.Equal(aside, Simulate(direct, batched, out _));

    [Fact]
    public void PayoffController_EqualWays_KeepBatching()
    {
        Assert.False(Simulate(1, 1, out double gain));
        Assert.InRange(gain, 0.99, 1.01);
    }

    [Fact]
    public void PayoffController_LoadChanges_GoesBack()
    {
        var clock = new ManualTimeProvider();
        var payoff = new PayoffController(clock, (_, _) => { });
        Drive(payoff, clock, () => 1, () => 5, 20_000);
        Assert.True(payoff.SteppedAside);
        Drive(payoff, clock, () => 5, () => 1, 400_000);
        Assert.False(payoff.SteppedAside);
    }

    [Fact]
    public void PayoffController_LoneCaller_NeverProbes()
    {
        var clock = new ManualTimeProvider();
        var payoff = new PayoffController(clock, (_, _) => Assert.Fail("probed"));
        for (int i = 0; i < 10_000; i++)
        {
            payoff.Enter();
            clock.Advance(TimeSpan.FromMilliseconds(1));
            payoff.Exit(payoff.Direct, 1, 1);
            Assert.False(payoff.Direct);
        }
    }

    private static bool Simulate(double direct, double batched, out double gain)
    {
        var clock = new ManualTimeProvider();
        double last = 0;
        var payoff = new PayoffController(clock, (_, measured) => last = measured);
        Drive(payoff, clock, () => direct, () => batched, 20_000);
        gain = last;
        return payoff.SteppedAside;
    }

    // 16 callers in a closed loop; times per row in milliseconds.
    private static void Drive(PayoffController payoff, ManualTimeProvider clock, Func<double> direct, Func<double> batched, int rows)
    {
        for (int i = 0; i < 16; i++)
        {
            payoff.Enter();
        }

        for (int done = 0; done < rows;)
        {
            bool way = payoff.Direct;
            int calls = way ? 1 : 8;
            clock.Advance(TimeSpan.FromMilliseconds((way ? direct() : batched()) * calls));
            payoff.Exit(way, calls, calls);
            done += calls;
            for (int i = 0; i < calls; i++)
            {
                payoff.Enter();
            }
        }

        payoff.Leave(16);
    }
}
