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

    [Fact]
    public void LatencyController_TwoOfAHundredCallsTooSlow_IsBeyondTheObjective()
    {
        var options = new BatchingOptions { MaxRows = 64, LatencyObjective = TimeSpan.FromMilliseconds(10) };
        long objective = TimeSpan.FromMilliseconds(10).Ticks;
        var controller = new LatencyController();
        for (int i = 0; i < 128; i++)
        {
            controller.RecordRun(objective);
            controller.RecordCall(i is 50 or 100 ? 2 * objective : 1, objective, options);
        }

        // 2 of 128 are more than one in a hundred.
        Assert.Equal(2 * objective, controller.LastPercentile);
        Assert.True(controller.DelayFactor < 1);
    }
}
