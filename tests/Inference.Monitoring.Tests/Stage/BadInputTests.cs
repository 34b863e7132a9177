using Inference.Monitoring.Tests.Alerts;
using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>What nobody expects of calls and services: an answer, and a state that says what is wrong. Profiles that cannot be used, tensors that are missing, renamed or retyped, and clocks: see <see cref="MonitoringStageTests"/>.</summary>
[Collection(AloneCollection.Name)]
public class BadInputTests
{
    [Fact]
    public void Run_AColumnOfNaNAlone_IsAnsweredAndNamed()
    {
        var clock = new FakeTimeProvider();
        using var f = new Counted(Rows.Profile(), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        f.Run(WithNaN(new Random(1), 1_000));
        clock.Advance(TimeSpan.FromMinutes(1));
        ColumnSnapshot column = f.Monitor.Snapshot.Columns.Single(static c => c.Name == "x[2]");
        Assert.Equal((MonitoringState.Alarm, "missing"), (column.State, column.Rule));
        Assert.Equal(0, f.Monitor.Snapshot.CollectionErrors);
    }

    [Fact]
    public void Run_AReferenceWithAColumnOfNaNAlone_IsHealthyOnSuchRows()
    {
        var clock = new FakeTimeProvider();
        using var builder = new ReferenceProfileBuilder(FakeModel.Info());
        using (NamedValues inputs = Rows.Inputs(WithNaN(new Random(2), 5_000)))
        using (NamedValues outputs = FakeModel.Compute(inputs))
        {
            builder.Add(inputs, outputs);
        }

        using var f = new Counted(builder.Build(), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        for (int minute = 0; minute < 10; minute++)
        {
            f.Run(WithNaN(new Random(minute), 1_000));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((MonitoringState.Healthy, ""), (f.Monitor.Snapshot.State, f.Monitor.Snapshot.Description));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_AReferenceOfFewRows_GivesNoFalseAlarm(int reference)
    {
        var clock = new FakeTimeProvider();
        using var f = new Counted(Rows.Profile(rows: reference), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        var random = new Random(3);
        for (int minute = 0; minute < 30; minute++)
        {
            f.Run(Rows.Normal(random, 1_000, FakeModel.InputWidth));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.NotEqual(MonitoringState.Alarm, f.Monitor.Snapshot.State);
    }

    [Fact]
    public void Run_OneRowOrNone_IsCountedAndNotJudged()
    {
        var clock = new FakeTimeProvider();
        using var f = new Counted(Rows.Profile(), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        f.Run([1e30f, 0, 0, 0]);
        f.Run([]);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((MonitoringState.Learning, 1), (f.Monitor.Snapshot.State, f.Monitor.Snapshot.Rows));
        Assert.Equal(0, f.Monitor.Snapshot.CollectionErrors);
    }

    [Fact]
    public void Run_VeryManyDistinctStrings_AreUnseenAndTakeNoMemory()
    {
        using var builder = new ReferenceProfileBuilder();
        using (NamedValues reference = Texts(2_000, static i => "abc"[i % 3].ToString()))
        {
            builder.Add(reference);
        }

        var clock = new FakeTimeProvider();
        using var f = new Counted(builder.Build(), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        void Minute(int minute)
        {
            using NamedValues inputs = Texts(20_000, i => $"{minute}/{i}");
            f.Runner.Run(inputs).Dispose();
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Minute(0);
        Minute(1);
        Assert.Contains("'s' (unseen)", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int minute = 2; minute < 12; minute++)
        {
            Minute(minute);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 200_000);
    }

    [Fact]
    public async Task Run_WebhookHangs_IsAnsweredAndDisposedAtOnce()
    {
        var clock = new FakeTimeProvider();
        using var http = new FakeHttp { Answer = static (_, _) => new TaskCompletionSource<HttpResponseMessage>().Task };
        var f = new Counted(Rows.Profile(), static o =>
        {
            o.BucketDuration = TimeSpan.FromMinutes(1);
            o.Alerts.Webhook.Url = new Uri("https://hooks.example/");
            o.Alerts.Webhook.GroupWindow = TimeSpan.Zero;
        }, services: TestServices.WithClock(clock).Add<IHttpClientFactory>(http));
        for (int minute = 0; minute < 5; minute++)
        {
            f.Run(WithNaN(new Random(minute), 1_000));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        await Eventually.TrueAsync(() => http.Requests.Count > 0);
        Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        f.Run([1, 2, 3, 4]);

        // The clock stands: nothing waits for the server.
        f.Dispose();
    }

    [Fact]
    public void Timer_ClockGoesBackForHours_IsNoAlarm()
    {
        var clock = new SetClock();
        using var f = new Counted(Rows.Profile(rows: 20_000), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: TestServices.WithClock(clock));
        var random = new Random(8);
        for (int minute = 0; minute < 120; minute++)
        {
            clock.Offset = minute >= 60 ? TimeSpan.FromHours(-5) : TimeSpan.Zero;
            f.Run(Rows.Normal(random, 600, FakeModel.InputWidth));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((MonitoringState.Healthy, 120 * 600), (f.Monitor.Snapshot.State, f.Monitor.Snapshot.Rows));
        Assert.Empty(f.Monitor.Snapshot.Rules);
    }

    private static NamedValues Texts(int rows, Func<int, string> text) => new() { ["s"] = TensorValue.Copy<string>([.. Enumerable.Range(0, rows).Select(text)], [rows]), [FakeModel.Input] = TensorValue.Copy<float>(new float[rows * FakeModel.InputWidth], [rows, FakeModel.InputWidth]) };

    private static float[] WithNaN(Random random, int rows)
    {
        float[] data = Rows.Normal(random, rows, FakeModel.InputWidth);
        for (int i = 2; i < data.Length; i += FakeModel.InputWidth)
        {
            data[i] = float.NaN;
        }

        return data;
    }

    /// <summary>A clock whose time of day is set, while its timers go on.</summary>
    private sealed class SetClock : TimeProvider
    {
        private readonly FakeTimeProvider _inner = new();

        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => _inner.TimestampFrequency;

        public void Advance(TimeSpan time) => _inner.Advance(time);

        public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + Offset;

        public override long GetTimestamp() => _inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);
    }
}
