using System.Diagnostics;
using Inference.Feedback;
using Inference.Security;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Tests.Feedback;

public class FeedbackOutageTests
{
    [Fact]
    public async Task StoreDown_CallsAreAnsweredReportsQueuedAndWrittenOnceAfterwards()
    {
        var store = new FaultyStore { Fail = () => new IOException("disk full") };
        var conditions = new ModelConditions();
        await using ServiceProvider services = new ServiceCollection().AddKeyedSingleton("fake", conditions).BuildServiceProvider();
        await using var f = new FedBack(o => o.MaxBackoff = TimeSpan.FromMilliseconds(20), store, services: services);
        List<Guid> ids = [.. Enumerable.Range(0, 300).Select(i => f.Run(i))];
        IReadOnlyList<FeedbackAnswer> answers = await f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]);
        Assert.All(answers, a => Assert.Equal(FeedbackAnswer.Queued, a));

        // Clients try again: none is queued twice, and a correction takes its place.
        Assert.All(await f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]), a => Assert.Equal(FeedbackAnswer.Queued, a));
        await f.Feedback.ReportAsync(ids[7], 0, at: DateTimeOffset.UtcNow.AddMinutes(1));
        FeedbackSnapshot snapshot = f.Snapshot;
        Assert.Equal((300, 0, FeedbackStoreState.Unavailable), (snapshot.QueuedReports, snapshot.DroppedReports, snapshot.Store));
        Assert.Contains("disk full", snapshot.StoreError, StringComparison.Ordinal);
        Assert.Contains("disk full", Assert.Single(conditions.Current), StringComparison.Ordinal);
        store.Fail = () => null;
        await Eventually.TrueAsync(() => f.Snapshot is { QueuedReports: 0, Store: FeedbackStoreState.Available });
        Assert.Equal(300, f.Joined.Count);
        Assert.Equal(300, (await f.ReadAsync()).Count);
        Assert.Equal(0, f.Joined.Single(j => j.PredictionId == ids[7]).Value.Number);
        Assert.Empty(conditions.Current);
        Assert.Equal(FeedbackAnswer.Duplicate, await f.Feedback.ReportAsync(ids[0], 1));
    }

    [Fact]
    public async Task StoreFailsAfterCommit_ReportsAreDeliveredOnce()
    {
        int failures = 0;
        var store = new FaultyStore();
        await using var f = new FedBack(o => o.MaxBackoff = TimeSpan.FromMilliseconds(20), store);
        await f.FlushAsync();
        store.WritesBeforeFailing = true;
        store.Fail = () => failures++ < 3 ? new IOException("connection lost") : null;
        List<Guid> ids = [.. Enumerable.Range(0, 50).Select(i => f.Run(i))];
        IReadOnlyList<FeedbackAnswer> answers = await f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]);
        Assert.All(answers, a => Assert.True(a is FeedbackAnswer.Queued or FeedbackAnswer.Accepted));
        await Eventually.TrueAsync(() => f.Snapshot.QueuedReports == 0);
        Assert.Equal(ids.Order(), f.Joined.Select(j => j.PredictionId).Order());
        Assert.Equal(50, (await f.ReadAsync()).Count);
    }

    [Fact]
    public async Task StoreAnswersTooFew_ReportsWaitAndAreWrittenAgain()
    {
        var store = new FaultyStore { LosesAnswers = true };
        await using var f = new FedBack(o => o.MaxBackoff = TimeSpan.FromMilliseconds(20), store);
        Guid[] ids = [f.Run(1), f.Run(2)];
        Assert.All(await Eventually.CompletesAsync(f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]).AsTask()), a => Assert.Equal(FeedbackAnswer.Queued, a));
        Assert.Contains("expected 2 answers", f.Snapshot.StoreError, StringComparison.Ordinal);
        store.LosesAnswers = false;
        await Eventually.TrueAsync(() => f.Snapshot is { QueuedReports: 0, Store: FeedbackStoreState.Available });
        Assert.Equal(ids.Order(), f.Joined.Select(j => j.PredictionId).Order());
    }

    [Fact]
    public async Task QueueFull_ReportsAndPredictionsAreDroppedAndCounted()
    {
        var store = new FaultyStore { Fail = () => new IOException("down") };
        await using var f = new FedBack(
            o =>
            {
                o.QueueCapacity = 1024;
                o.MaxBackoff = TimeSpan.FromMilliseconds(20);
            },
            store);
        await Eventually.TrueAsync(() => f.Snapshot.Store == FeedbackStoreState.Unavailable);
        List<Guid> ids = [];
        for (int i = 0; i < 3000; i++)
        {
            ids.Add(f.Run(i));
            if (i % 500 == 0)
            {
                await f.FlushAsync();
            }
        }

        IReadOnlyList<FeedbackAnswer> answers = await f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]);
        Assert.Equal(1024, answers.Count(a => a == FeedbackAnswer.Queued));
        Assert.Equal(1976, answers.Count(a => a == FeedbackAnswer.Dropped));
        Assert.Equal(1976, f.Snapshot.DroppedReports);
        Assert.True(f.Snapshot.DroppedPredictions > 0);
        long dropped = f.Snapshot.DroppedPredictions;
        store.Fail = () => null;
        await Eventually.TrueAsync(() => f.Snapshot is { QueuedReports: 0, PendingPredictions: 0 });
        IReadOnlyList<FeedbackAnswer> again = await f.Feedback.ReportAsync([.. ids.Select(id => new FeedbackReport(id, 1))]);
        Assert.All(again, a => Assert.True(a is FeedbackAnswer.Accepted or FeedbackAnswer.Duplicate or FeedbackAnswer.Dropped));
        Assert.Equal(dropped, again.Count(a => a == FeedbackAnswer.Dropped));
        Assert.Equal(3000 - dropped, (await f.ReadAsync()).Count);
    }

    [Fact]
    public async Task StoreDown_LargePredictions_WaitWithinTheirMemory()
    {
        var store = new FaultyStore { Fail = () => new IOException("down") };
        await using var f = new FedBack(
            o =>
            {
                o.Columns.Add(new FeedbackColumnOptions { Name = "x" });
                o.MaxQueuedBytes = 1 << 20;
            },
            store);
        float[] rows = new float[64];
        for (int i = 0; i < 1_000; i++)
        {
            // 64 rows of 4 values of 16 bytes.
            f.Run(rows);
            if (i % 20 == 0)
            {
                await f.FlushAsync();
            }
        }

        await f.FlushAsync();
        Assert.InRange(f.Snapshot.PendingPredictions, 200, 260);
        Assert.Equal(1_000, f.Snapshot.PendingPredictions + f.Snapshot.DroppedPredictions);
    }

    [Fact]
    public async Task StoreSlowUnderManyCalls_ReportsAreAnswered()
    {
        var store = new FaultyStore { Delay = TimeSpan.FromMilliseconds(20) };
        await using var f = new FedBack(store: store);
        using var stop = new CancellationTokenSource();
        Task calling = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                f.Run(1);
            }
        });
        for (int i = 0; i < 20; i++)
        {
            Guid id = f.Run(2);
            FeedbackAnswer answer = await Eventually.CompletesAsync(f.Feedback.ReportAsync(id, 1).AsTask());
            Assert.True(answer is FeedbackAnswer.Accepted or FeedbackAnswer.Dropped);
        }

        await f.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await calling;
    }

    [Fact]
    public async Task StoreHangs_CallsAreAnsweredAndNoSecondWriteIsMade()
    {
        var hang = new TaskCompletionSource();
        var store = new FaultyStore();
        await using var f = new FedBack(
            o =>
            {
                o.StoreTimeout = TimeSpan.FromMilliseconds(100);
                o.MaxBackoff = TimeSpan.FromMilliseconds(20);
            },
            store);
        await f.FlushAsync();
        store.Hang = hang.Task;
        Guid id = f.Run(1);
        Assert.Equal(FeedbackAnswer.Queued, await f.Feedback.ReportAsync(id, 1));
        for (int i = 0; i < 20; i++)
        {
            f.Run(i);
            Assert.Equal(FeedbackAnswer.Queued, await f.Feedback.ReportAsync(id, 1));
        }

        await Assert.ThrowsAsync<FeedbackStoreException>(async () => await f.Runner.GetService<IErasable>()!.EraseAsync("ana"));
        store.Hang = Task.CompletedTask;
        hang.SetResult();
        await Eventually.TrueAsync(() => f.Snapshot.QueuedReports == 0);
        Assert.Equal(1, store.MostAtOnce);
        Assert.Single(f.Joined);
    }

    [Fact]
    public async Task Report_OfAPredictionThatAnotherProcessIsWriting_WaitsForIt()
    {
        var store = new FaultyStore { IsShared = true };
        await using var f = new FedBack(store: store);
        var id = Guid.CreateVersion7();
        ValueTask<FeedbackAnswer> answer = f.Feedback.ReportAsync(id, 1);
        await Task.Delay(50);
        Assert.False(answer.IsCompleted);
        await store.Inner.WriteAsync([new KeptPrediction { Id = id, At = DateTimeOffset.UtcNow, ModelVersion = "1" }], []);
        Assert.Equal(FeedbackAnswer.Accepted, await answer);
        Assert.Equal(FeedbackAnswer.Unknown, await f.Feedback.ReportAsync(Guid.CreateVersion7(), 1));
    }

    [Fact]
    public async Task Reports_OfPredictionsThatAreUnderway_AreTriedAgainAtOneRate()
    {
        var clock = new CountingClock();
        await using var f = new FedBack(o => o.FlushInterval = TimeSpan.FromMinutes(1), new FaultyStore { IsShared = true }, clock);
        var answers = new List<Task<FeedbackAnswer>>();
        for (int i = 0; i < 60; i++)
        {
            answers.Add(f.Feedback.ReportAsync(Guid.CreateVersion7(), 1).AsTask());
            await f.FlushAsync();
        }

        // The writer looks at the clock once in a step.
        long before = clock.Looks, began = Stopwatch.GetTimestamp();
        await Task.Delay(400);
        long steps = clock.Looks - before;
        Assert.InRange(steps, 0, 10 + (2 * Stopwatch.GetElapsedTime(began) / TimeSpan.FromMilliseconds(50)));
        Assert.All(await Task.WhenAll(answers), a => Assert.Equal(FeedbackAnswer.Unknown, a));
    }

    [Fact]
    public async Task Report_AMillionUnknownIds_AreAnsweredInBoundedMemory()
    {
        await using var f = new FedBack();
        Guid id = f.Run(1);
        var unknown = new FeedbackReport[10_000];
        for (int round = 0; round < 100; round++)
        {
            for (int i = 0; i < unknown.Length; i++)
            {
                unknown[i] = new FeedbackReport(Guid.CreateVersion7(), 1);
            }

            Assert.All(await f.Feedback.ReportAsync(unknown), a => Assert.Equal(FeedbackAnswer.Unknown, a));
        }

        Assert.Equal(0, f.Snapshot.QueuedReports);
        Assert.Equal(1_000_000, f.Snapshot.Reports[FeedbackAnswer.Unknown]);
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(id, 1));
    }

    [Fact]
    public async Task Report_BeforeItsPredictionIsWritten_IsAccepted()
    {
        // Nothing is flushed by time.
        await using var f = new FedBack(o => o.FlushInterval = TimeSpan.FromMinutes(1));
        Guid[] ids = new Guid[5_000];
        var reporting = new List<Task<FeedbackAnswer>>();
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = f.Run(i);
            if (i % 7 == 0)
            {
                reporting.Add(f.Feedback.ReportAsync(ids[i], 1).AsTask());
            }
        }

        Assert.All(await Task.WhenAll(reporting), a => Assert.Equal(FeedbackAnswer.Accepted, a));
    }

    [Fact]
    public async Task ManyThreads_CallAndReport_EachIsJoinedOnce()
    {
        await using var f = new FedBack(o => o.Columns.Add(new FeedbackColumnOptions { Name = "x[0]" }));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
            {
                float value = (t * 1000) + i;
                Guid id = f.Run(value);
                FeedbackReport report = new(id, value);
                FeedbackAnswer[] answers = await Task.WhenAll(f.Feedback.ReportAsync(report).AsTask(), f.Feedback.ReportAsync(report).AsTask());
                Assert.Equal([FeedbackAnswer.Accepted, FeedbackAnswer.Duplicate], answers.Order());
            }
        })));
        Assert.Equal(4000, f.Joined.Count);
        Assert.All(f.Joined, j => Assert.Equal(j.Value, j.Column("x[0]")));
        Assert.Equal(0, f.Snapshot.DroppedPredictions);
    }

    [Fact]
    public async Task Erase_RemovesWhatWaitsAndWhatIsStored()
    {
        var store = new FaultyStore();
        await using var f = new FedBack(store: store);
        List<Guid> ids = [];
        for (int i = 0; i < 20; i++)
        {
            var context = new RunContext { Subject = i % 2 == 0 ? "ana" : "ben" };
            f.Run(context, i);
            ids.Add(context.Record.PredictionId);
            if (i < 10)
            {
                await f.Feedback.ReportAsync(ids[i], 1);
            }
        }

        ErasureReport erased = await f.Runner.GetService<IErasable>()!.EraseAsync("ana");
        Assert.Equal(new ErasureReport(DataOwner.OfSubject("ana"), 10, 5, 0), erased);
        Assert.Equal(new ErasureReport(DataOwner.OfSubject("ana")), await f.Runner.GetService<IErasable>()!.EraseAsync("ana"));
        Assert.Equal(5, (await f.ReadAsync()).Count);
        Assert.Equal(FeedbackAnswer.Unknown, await f.Feedback.ReportAsync(ids[0], 1));

        store.Fail = () => new IOException("down");
        await Assert.ThrowsAsync<FeedbackStoreException>(async () => await f.Runner.GetService<IErasable>()!.EraseAsync("ben"));
    }

    [Fact]
    public async Task Dispose_WhatComesWhileItEnds_IsAnswered()
    {
        // What is lost is logged last.
        FedBack? f = null;
        Task? late = null;
        using var log = new Listening(line => late = line.Contains("are lost", StringComparison.Ordinal) ? f!.FlushAsync() : late);
        f = new FedBack(store: new FaultyStore { Fail = () => new IOException("down") }, services: new TestServices().Add<ILoggerFactory>(log));
        Assert.Equal(FeedbackAnswer.Queued, await f.Feedback.ReportAsync(f.Run(1), 1));
        await f.DisposeAsync();
        Assert.NotNull(late);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Eventually.CompletesAsync(late));
    }

    [Fact]
    public async Task Dispose_WithWaitingPredictions_WritesThem()
    {
        var store = new MemoryFeedbackStore();
        var f = new FedBack(o => o.FlushInterval = TimeSpan.FromMinutes(1), store);
        Guid id = f.Run(1);
        await f.DisposeAsync();
        IReadOnlyList<WrittenReport> written = await store.WriteAsync([], [new TimedReport(id, 0, "label", 1, DateTimeOffset.UtcNow, 1)]);
        Assert.Equal(FeedbackAnswer.Accepted, written[0].Answer);
    }

    private sealed class CountingClock : TimeProvider
    {
        private long _looks;

        public long Looks => Volatile.Read(ref _looks);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _looks);
            return base.GetTimestamp();
        }
    }

    private sealed class Listening(Action<string> heard) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("It hears itself alone.");

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => heard(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
