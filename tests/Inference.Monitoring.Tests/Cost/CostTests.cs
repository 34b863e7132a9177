using Inference.Diagnostics;
using Inference.Status;

namespace Inference.Monitoring.Tests.Cost;

public class CostTests
{
    [Fact]
    public void ThreadCpuClock_Work_IsSeenAndSleepIsNot()
    {
        long before = ThreadCpuClock.Now();
        Thread.Sleep(50);
        long slept = ThreadCpuClock.Now() - before;
        Assert.True(slept < 25_000_000, $"{slept} ns asleep");

        // As long as a busy machine takes to give it 15 ms.
        long worked = 0;
        for (int i = 0; i < 3_000 && worked < 15_000_000; i++)
        {
            Burn(TimeSpan.FromMilliseconds(10));
            worked = ThreadCpuClock.Now() - before - slept;
        }

        Assert.True(worked >= 15_000_000, $"{worked} ns of work");
    }

    [Fact]
    public async Task UseCost_Runs_AreMeasuredByRowsAndPriced()
    {
        using IModelRunner runner = new Worker(static () => Burn(TimeSpan.FromMilliseconds(2))).AsBuilder().UseCost(static o =>
        {
            o.PricePerCoreHour = 0.36;
            o.Every = 2;
        }).Build();
        for (int i = 0; i < 20; i++)
        {
            using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(new float[12], [4, 3]) };
            using NamedValues outputs = await runner.RunAsync(inputs);
        }

        CostSnapshot cost = runner.GetService<ICostStatus>()!.Snapshot;
        Assert.Equal((20, 80, 40, 0), (cost.Runs, cost.Predictions, cost.MeasuredPredictions, cost.UnmeasuredPredictions));
        Assert.InRange(cost.CpuSecondsPerThousand, 0.001, 5);
        Assert.Equal(cost.CpuSecondsPerThousand * 0.0001, cost.MoneyPerThousand!.Value, 9);
        Assert.True(cost.ProcessCpuSeconds >= cost.MeasuredCpuSeconds * 0.9);
    }

    [Fact]
    public async Task UseCost_AsynchronousRun_IsCountedAndNotMeasured()
    {
        using IModelRunner runner = new Worker(null).AsBuilder().UseCost(static o => o.Every = 1).Build();
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(new float[3], [1, 3]) };
        using NamedValues outputs = await runner.RunAsync(inputs);
        CostSnapshot cost = runner.GetService<ICostStatus>()!.Snapshot;
        Assert.Equal((1, 0, 1), (cost.Runs, cost.MeasuredPredictions, cost.UnmeasuredPredictions));
        Assert.True(double.IsNaN(cost.CpuSecondsPerThousand));
        Assert.Null(cost.MoneyPerThousand);
    }

    private static void Burn(TimeSpan time)
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (System.Diagnostics.Stopwatch.GetElapsedTime(started) < time)
        {
        }
    }

    private sealed class Worker(Action? work) : IModelRunner
    {
        public ModelInfo Info { get; } = new() { Name = "m", Version = "1", Digest = "", Inputs = [], Outputs = [], BatchAxis = 0 };

        public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            if (work is null)
            {
                await Task.Delay(5, cancellationToken);
            }

            work?.Invoke();
            return new NamedValues();
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
