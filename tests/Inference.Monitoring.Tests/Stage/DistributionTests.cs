using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

public sealed class DistributionTests
{
    [Fact]
    public void Find_AColumn_TellsSharesThenAndNow()
    {
        using var f = new Counted(Rows.Profile());
        IColumnDistributions distributions = f.Runner.GetService<IColumnDistributions>()!;
        Assert.Null(distributions.Find("x[1]"));

        // Half of the rows are above all of the reference.
        float[] rows = Rows.Normal(new Random(3), 1000, FakeModel.InputWidth);
        for (int row = 0; row < 500; row++)
        {
            rows[(row * FakeModel.InputWidth) + 1] = 1000;
        }

        f.Run(rows);
        f.Monitor.Flush();
        ColumnDistribution found = distributions.Find("x[1]")!;
        Assert.Equal((2000, 1000), (found.ReferenceRows, found.Rows));
        Assert.Equal(1, found.Cells.Sum(static c => c.ReferenceShare), 1e-9);
        Assert.Equal(1, found.Cells.Sum(static c => c.Share), 1e-9);
        Assert.Equal(0.5, found.Cells.Single(static c => c.Label == "above").Share, 0.01);
        Assert.True(found.Cells.Count <= 32 + 6);
        Assert.Equal([.. found.Cells.Where(static c => !double.IsNaN(c.Low)).Select(static c => c.Low).Order()], found.Cells.Where(static c => !double.IsNaN(c.Low)).Select(static c => c.Low));
        Assert.Null(distributions.Find("none"));
    }

    [Fact]
    public async Task Silence_UntilATime_HoldsBackWhatReceiversWouldBeTold()
    {
        var sink = new CountingSink();
        TestServices services = new TestServices().Add<IEnumerable<IAlertSink>>([sink]);
        using var f = new Counted(Rows.Profile(), static o => (o.MinimumRows, o.Alerts.MinimumState) = (100, MonitoringState.Alarm), services: services);
        IAlertSilence silence = f.Runner.GetService<IAlertSilence>()!;
        Assert.Null(silence.SilentUntil);
        DateTimeOffset until = DateTimeOffset.UtcNow.AddHours(1);
        silence.Silence(until, "ana", "a known change of the prices");
        Assert.Equal(until, silence.SilentUntil);
        Assert.Throws<ArgumentException>(() => silence.Silence(until, "", "reason"));
        Assert.Throws<ArgumentException>(() => silence.Silence(until, "ana", " "));
        Change(f);
        Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        Assert.NotSame(sink.First.Task, await Task.WhenAny(sink.First.Task, Task.Delay(300)));

        silence.Silence(DateTimeOffset.UtcNow.AddSeconds(-1), "ana", "done");
        Assert.Null(silence.SilentUntil);
        f.Run(Rows.Normal(new Random(9), 500, FakeModel.InputWidth));
        f.Monitor.Flush();
        await sink.First.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Segments_OfAProfileWithoutThem_AreNone()
    {
        using var f = new Counted(Rows.Profile(), static o => o.MinimumRows = 100);
        f.Run(Rows.Normal(new Random(3), 500, FakeModel.InputWidth));
        f.Monitor.Flush();
        Assert.Empty(f.Monitor.Snapshot.Segments);
    }

    private static void Change(Counted f)
    {
        var random = new Random(5);
        for (int bucket = 0; bucket < 10; bucket++)
        {
            float[] rows = Rows.Normal(random, 500, FakeModel.InputWidth);
            for (int i = 1; i < rows.Length; i += FakeModel.InputWidth)
            {
                rows[i] += bucket < 3 ? 0 : 2;
            }

            f.Run(rows);
            f.Monitor.Flush();
        }
    }

    private sealed class CountingSink : IAlertSink
    {
        public TaskCompletionSource<MonitoringAlert> First { get; } = new();

        public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
        {
            First.TrySetResult(alert);
            return default;
        }
    }
}
