using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Stage;

public class MonitoringStageTests
{
    [Fact]
    public void Run_WithProfile_CountsInputsAndOutputs()
    {
        ReferenceProfile profile = Rows.Profile();
        Assert.Equal(
            ["x[0]", "x[1]", "x[2]", "x[3]", "y[0]", "y[1]", "y.top", "y.class", "x[0] × y[1]", "x[1] × y[0]", "x[3] × y[0]", "x[2] × y[0]", "x[0] × y[0]"],
            profile.Columns.Select(c => c.Name));
        using var f = new Counted(profile);
        f.Run([0, 0, 0, 0, 100, -100, float.NaN, 0, 0, 0, 0, float.PositiveInfinity]);
        f.Run([0, 0, 0, 0]);
        MonitoringWindow window = f.Flush();
        Assert.Equal((4, 4, 2, 0), (window.Rows, window.RowsSeen, window.Calls, window.FailedCalls));
        Assert.Equal(1, window.Counts(0)[profile.Columns[0].Layout.Over]);
        Assert.Equal(1, window.Counts(1)[profile.Columns[1].Layout.Under]);
        Assert.Equal(1, window.Counts(2)[profile.Columns[2].Layout.NaN]);
        Assert.Equal(1, window.Counts(3)[profile.Columns[3].Layout.PositiveInfinity]);
        Assert.Equal(1, window.Counts(5)[profile.Columns[5].Layout.Over]);
        Assert.All(Enumerable.Range(0, profile.Columns.Count), c => Assert.Equal(4, Sum(window.Counts(c))));
        Assert.Equal(0, f.Flush().Rows);
    }

    [Fact]
    public void Run_ProfileItsOwnRows_GivesTheReferencesCounts()
    {
        ReferenceProfile profile = Rows.Profile();
        using var f = new Counted(profile);
        f.Run(Rows.Normal(new Random(1), 2_000, FakeModel.InputWidth));
        MonitoringWindow window = f.Flush();
        for (int c = 0; c < profile.Columns.Count; c++)
        {
            Assert.Equal(profile.Columns[c].Counts(), window.Counts(c));
            Assert.Equal(profile.Columns[c].Moments(), window.Moments(c));
        }
    }

    [Fact]
    public async Task RunAsync_AsynchronousAndFailingCalls_AreCounted()
    {
        using var f = new Counted(Rows.Profile());
        f.Inner.Gate.Close();
        using NamedValues inputs = FakeModel.Rows(1);
        ValueTask<NamedValues> pending = f.Runner.RunAsync(inputs);
        Assert.False(pending.IsCompleted);
        f.Inner.Gate.Open();
        (await pending).Dispose();
        f.Inner.Fail = _ => new ModelRunException("no");
        await Assert.ThrowsAsync<ModelRunException>(async () => await f.Runner.RunAsync(inputs));
        MonitoringWindow window = f.Flush();
        Assert.Equal((1, 1, 1), (window.Rows, window.Calls, window.FailedCalls));
    }

    [Fact]
    public void Run_MissingRenamedAndRetypedTensors_AreMissingOrConverted()
    {
        ReferenceProfile profile = Rows.Profile();
        using var f = new Counted(profile, inner: new FakeRunner(compute: _ => new NamedValues { ["z"] = TensorValue.Copy<float>(new float[4], [2, 2]) }));
        using var doubles = new NamedValues { ["x"] = TensorValue.Copy<double>(new double[8], [2, 4]) };
        f.Runner.Run(doubles).Dispose();
        using var renamed = new NamedValues { ["other"] = TensorValue.Copy<float>(new float[8], [2, 4]) };
        f.Runner.Run(renamed).Dispose();
        using var strings = new NamedValues { ["x"] = TensorValue.Copy<string>(["a", "b", "c", "d", "a", "b", "c", "d"], [2, 4]) };
        f.Runner.Run(strings).Dispose();
        using var narrow = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[4], [2, 2]) };
        f.Runner.Run(narrow).Dispose();
        MonitoringWindow window = f.Flush();
        Assert.Equal((8, 4), (window.Rows, window.MismatchedCalls));
        Assert.Equal(6, window.Counts(0)[profile.Columns[0].Layout.Missing]);
        Assert.Equal(8, window.Counts(4)[profile.Columns[4].Layout.Missing]);
        Assert.All(Enumerable.Range(0, profile.Columns.Count), c => Assert.Equal(8, Sum(window.Counts(c))));
    }

    [Fact]
    public void Build_CorruptMissingOrOtherProfile_IsUnavailableAndAnswers()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "fake.profile");
        using (var missing = new Counted(null, o => o.ProfilePath = path))
        {
            Assert.Equal(MonitoringState.Unavailable, missing.Monitor.Snapshot.State);
            missing.Run([1, 2, 3, 4]);
        }

        File.WriteAllBytes(path, [1, 2, 3]);
        using (var corrupt = new Counted(null, o => o.ProfilePath = path))
        {
            Assert.Equal(MonitoringState.Unavailable, corrupt.Monitor.Snapshot.State);
            Assert.Contains("fake.profile", corrupt.Monitor.Snapshot.Description, StringComparison.Ordinal);
            corrupt.Run([1, 2, 3, 4]);
            Assert.Null(corrupt.Monitor.Flush());
        }

        ReferenceProfile other = Rows.Profile(info: FakeModel.Info("other"));
        other.Save(path);
        using (var another = new Counted(null, o => o.ProfilePath = Path.Combine(folder.Path, "{model}.profile")))
        {
            Assert.Equal(MonitoringState.Unavailable, another.Monitor.Snapshot.State);
            Assert.Contains("AllowOtherModel", another.Monitor.Snapshot.Description, StringComparison.Ordinal);
        }

        using var allowed = new Counted(null, o => (o.ProfilePath, o.AllowOtherModel) = (path, true));
        allowed.Run([1, 2, 3, 4]);
        Assert.Equal(1, allowed.Flush().Rows);
    }

    [Fact]
    public void Build_ProfileOfTheApplicationThrows_IsUnavailableAndAnswers()
    {
        using var f = new Counted(null, o => o.Profile = _ => throw new InvalidOperationException("no such profile"));
        Assert.Equal(MonitoringState.Unavailable, f.Monitor.Snapshot.State);
        Assert.Contains("no such profile", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
        f.Run([1, 2, 3, 4]);
    }

    [Fact]
    public void Dispose_StoreThrows_ReleasesTheModel()
    {
        using var inner = new FakeRunner();
        var f = new Counted(Rows.Profile(), o => o.Store = _ => new FailingStore(), inner);
        f.Run([1, 2, 3, 4]);
        f.Dispose();
        Assert.Equal(1, inner.DisposeCount);
    }

    [Fact]
    public void Run_WithoutProfile_LearnsOne()
    {
        using var f = new Counted(null, o => o.BurnInRows = 500);
        Assert.Equal(MonitoringState.Learning, f.Monitor.Snapshot.State);
        var random = new Random(3);
        for (int i = 0; i < 5; i++)
        {
            f.Run(Rows.Normal(random, 100, FakeModel.InputWidth));
        }

        SpinWait.SpinUntil(() => f.Monitor.Profile is not null, 10_000);
        Assert.Equal(500, f.Monitor.Profile!.Rows);
        f.Run(Rows.Normal(random, 100, FakeModel.InputWidth));
        Assert.Equal(100, f.Flush().Rows);
    }

    [Fact]
    public void Run_ErrorInMonitoring_AnswersAndReports()
    {
        using var f = new Counted(Rows.Profile(), inner: new FakeRunner(compute: _ =>
        {
            var outputs = FakeModel.Compute(FakeModel.Rows(1));
            outputs[FakeModel.Output].Dispose();
            return outputs;
        }));
        f.Run([1, 2, 3, 4]);
        MonitoringWindow window = f.Flush();
        Assert.Equal(1, f.Monitor.Snapshot.CollectionErrors);

        // Nothing of the call is counted.
        Assert.Equal(0, window.Rows);
        Assert.All(Enumerable.Range(0, window.ColumnCount), c => Assert.Equal(0, Sum(window.Counts(c))));
    }

    [Fact]
    public void Timer_ClockGoesBack_KeepsTimeForward()
    {
        var clock = new BackwardClock();
        using var f = new Counted(Rows.Profile(), services: TestServices.WithClock(clock));
        clock.Now = clock.Now.AddMinutes(5);
        f.Run([1, 2, 3, 4]);
        MonitoringWindow first = f.Monitor.Flush()!;
        clock.Now = clock.Now.AddHours(-2);
        f.Run([1, 2, 3, 4]);
        MonitoringWindow second = f.Monitor.Flush()!;
        Assert.Equal((first.End, first.End, 1), (second.Start, second.End, second.Rows));
    }

    [Fact]
    public void Timer_EachBucket_Rotates()
    {
        var clock = new FakeTimeProvider();
        using var f = new Counted(Rows.Profile(), o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        f.Run([1, 2, 3, 4]);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, f.Monitor.Snapshot.Rows);
    }

    [Fact]
    public void Run_EightThreads_CountsEveryRow()
    {
        using var f = new Counted(Rows.Profile());
        float[] data = Rows.Normal(new Random(9), 16, FakeModel.InputWidth);
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                f.Run(data);
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        MonitoringWindow window = f.Monitor.Profile!.CreateWindow();
        for (int i = 0; i < 20; i++)
        {
            window.Merge(f.Flush());
        }

        Array.ForEach(threads, t => t.Join());
        window.Merge(f.Flush());
        Assert.Equal(8 * 500 * 16, window.RowsSeen);
        Assert.Equal(window.Rows, Sum(window.Counts(0)));
        Assert.InRange(window.Rows, window.RowsSeen * 9 / 10, window.RowsSeen);
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (long count in counts)
        {
            sum += count;
        }

        return sum;
    }

    private sealed class FailingStore : IWindowStore
    {
        public IReadOnlyList<WindowKey> List() => [];

        public byte[]? Read(WindowKey key) => null;

        public void Write(WindowKey key, ReadOnlySpan<byte> bytes) => throw new IOException("no room");

        public void Remove(WindowKey key)
        {
        }
    }

    private sealed class BackwardClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
