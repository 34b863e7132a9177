using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>From calls to states.</summary>
public class EvaluationTests
{
    [Fact]
    public void Buckets_OfTheSameRows_AreHealthyAndOfShiftedOnes_AreAnAlarmThatNamesTheColumn()
    {
        var clock = new FakeTimeProvider();
        ReferenceProfile profile = Rows.Profile(rows: 20_000);
        using var f = new Counted(profile, o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        Assert.Equal(MonitoringState.Learning, f.Monitor.Snapshot.State);
        var random = new Random(5);
        for (int minute = 0; minute < 30; minute++)
        {
            f.Run(Rows.Normal(random, 1_000, FakeModel.InputWidth));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((MonitoringState.Healthy, ""), (f.Monitor.Snapshot.State, f.Monitor.Snapshot.Description));
        Assert.Equal(30_000, f.Monitor.Snapshot.Rows);
        Assert.Equal(clock.GetUtcNow(), f.Monitor.Snapshot.EvaluatedAt);
        for (int minute = 0; minute < 10; minute++)
        {
            float[] data = Rows.Normal(random, 1_000, FakeModel.InputWidth);
            for (int i = 2; i < data.Length; i += FakeModel.InputWidth)
            {
                data[i] += 1;
            }

            f.Run(data);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        Assert.Contains("'x[2]'", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
        ColumnSnapshot changed = f.Monitor.Snapshot.Columns.Single(c => c.Name == "x[2]");
        Assert.Equal(MonitoringState.Alarm, changed.State);
        Assert.InRange(changed.JensenShannon, 0.02, 0.5);
        Assert.Equal(MonitoringState.Healthy, f.Monitor.Snapshot.Columns.Single(c => c.Name == "x[0]").State);
        f.Monitor.Acknowledge("ann", "seen");
    }

    [Fact]
    public void Buckets_ChangeInOneSegment_NameIt()
    {
        var clock = new FakeTimeProvider();
        NamedValues Inputs(Random random, int rows, double shift)
        {
            float[] data = Rows.Normal(random, rows, FakeModel.InputWidth);
            long[] groups = [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(4))];
            for (int r = 0; r < rows; r++)
            {
                data[(r * FakeModel.InputWidth) + 1] += groups[r] == 3 ? (float)shift : 0;
            }

            return new NamedValues { [FakeModel.Input] = TensorValue.Copy<float>(data, [rows, FakeModel.InputWidth]), ["group"] = TensorValue.Copy<long>(groups, [rows]) };
        }

        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { SegmentColumn = "group" });
        var random = new Random(6);
        using (NamedValues reference = Inputs(random, 20_000, 0))
        {
            builder.Add(reference);
        }

        ReferenceProfile profile = builder.Build();
        Assert.Equal(4, profile.Segments.Count);
        using var f = new Counted(profile, o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        for (int minute = 0; minute < 20; minute++)
        {
            using NamedValues inputs = Inputs(random, 2_000, 1.5);
            f.Runner.Run(inputs).Dispose();
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        Assert.Contains("where group is '3': 'x[1]'", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
    }
}
