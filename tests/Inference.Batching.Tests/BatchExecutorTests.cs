using Inference.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Batching.Tests;

/// <summary>What callers are told and what is counted, and that nobody is called while the scheduler is held.</summary>
public sealed class BatchExecutorTests : IDisposable
{
    private readonly string _model = $"batches-{Guid.NewGuid():N}";
    private readonly MeterReadings _meter;

    public BatchExecutorTests() => _meter = new MeterReadings(_model);

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Full_IsSaidAndCounted()
    {
        using BatchingFixture f = Fixture(o => o.MaxQueuedRows = 8);
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> queued = f.Runner.RunAsync(FakeModel.Rows(new float[8])).AsTask();
        Assert.Equal(
            $"Model '{_model}': expected at most MaxQueuedRows = 8 queued rows, got 8 queued and 1 in this call. Retry later, raise MaxQueuedRows, or set QueueFull to Wait.",
            (await Assert.ThrowsAsync<OverloadedException>(() => f.Call(1))).Message);
        Assert.Equal((8, 1), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "full")));
        await f.Settle(queued, blocker);
        Assert.Equal(0, _meter.Sum("inference.batch.queued"));
    }

    [Fact]
    public async Task Displaced_IsSaidAndCounted()
    {
        using BatchingFixture f = Fixture(o => o.MaxQueuedRows = 8);
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] low = [.. Enumerable.Range(0, 8).Select(i => f.Call(i, new RunContext { Priority = RunPriority.Low }))];
        Task<NamedValues> three = f.Runner.RunAsync(FakeModel.Rows(1, 2, 3)).AsTask();
        foreach (Task<NamedValues> call in low[5..])
        {
            Assert.Equal(
                $"Model '{_model}': the queue of MaxQueuedRows = 8 rows is full and a call of higher priority displaced this one. Retry later, or raise MaxQueuedRows.",
                (await Assert.ThrowsAsync<OverloadedException>(() => call)).Message);
        }

        Assert.Equal((8, 3), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "displaced")));
        await f.Settle([.. low[..5], three, blocker]);
    }

    [Fact]
    public async Task Cancelled_IsCountedWhereItQueued()
    {
        using BatchingFixture f = Fixture();
        Task<NamedValues> blocker = await f.Block();
        using var cancel = new CancellationTokenSource();
        Task<NamedValues> call = f.Call(1, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal((0, 1), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "cancelled")));
        await f.Settle(blocker);
    }

    [Fact]
    public async Task Deadline_PassedInTheQueue_IsSaidAndCounted()
    {
        using BatchingFixture f = Fixture();
        Task<NamedValues> blocker = await f.Block();
        DateTimeOffset deadline = f.Clock.GetUtcNow().AddMilliseconds(30);
        Task<NamedValues> call = f.Call(1, new RunContext { Deadline = deadline });
        Task<NamedValues> far = f.Call(2, new RunContext { Deadline = DateTimeOffset.MaxValue });
        f.Clock.Advance(TimeSpan.FromMilliseconds(30) - TimeSpan.FromTicks(1));
        Assert.False(call.IsCompleted);
        f.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(
            $"Model '{_model}': the deadline {deadline:O} passed while the call was queued; the call did not run. Set a later deadline, or reduce the load.",
            (await Assert.ThrowsAsync<DeadlineExceededException>(() => call)).Message);
        Assert.Equal((1, 1), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "deadline")));

        // Its deadline is beyond what timers reach, some 49 days.
        f.Clock.Advance(TimeSpan.FromDays(60));
        Assert.False(far.IsCompleted);
        await f.Settle(far, blocker);
    }

    [Fact]
    public async Task Deadline_PassedWhenTheCallCame_IsSaidAndCounted()
    {
        using BatchingFixture f = Fixture();
        DateTimeOffset deadline = f.Clock.GetUtcNow();
        Assert.Equal(
            $"Model '{_model}': the deadline {deadline:O} had already passed when the call arrived; the call did not run. Set a later deadline.",
            (await Assert.ThrowsAsync<DeadlineExceededException>(() => f.Call(1, new RunContext { Deadline = deadline }))).Message);
        Assert.Equal(1, _meter.Sum("inference.batch.unserved", "deadline"));
        BatchingFixture.AssertAnswer(1, await f.Call(1, new RunContext { Deadline = deadline + TimeSpan.FromTicks(1) }));
        Assert.Equal("inputs", Assert.Throws<ArgumentNullException>(() => { _ = f.Runner.RunAsync(null!); }).ParamName);
    }

    [Fact]
    public async Task Batches_AreCountedWithTheirRowsBisectionsAndWaits()
    {
        using BatchingFixture f = Fixture();
        f.Model.Poisoned = id => id == 2;
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 4).Select(i => f.Call(i))];
        f.Clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<ModelRunException>(() => f.Settle([.. calls, blocker]));
        Assert.Equal([1d, 4d], _meter.Of("inference.batch.rows"));
        Assert.Equal(2, _meter.Sum("inference.batch.bisections"));
        Assert.Equal([1, 4, 2, 2, 1, 1], f.Model.Batches);
        Assert.Equal(4, _meter.Of("inference.batch.wait").Length);
        Assert.All(_meter.Of("inference.batch.wait"), seconds => Assert.InRange(seconds, 2, 2.01));
    }

    [Fact]
    public void Decided_IsLoggedAndShown()
    {
        using var log = new LogLines();
        var clock = new FakeTimeProvider();
        using IModelRunner runner = new FakeRunner(FakeModel.Info(_model)).AsBuilder().UseBatching().Build(TestServices.WithClock(clock).Add<ILoggerFactory>(log));
        PayoffController payoff = ((BatchingRunner)runner).Payoff;
        int queued = 0;
        while (log.All.Length == 0)
        {
            for (; queued < 64; queued++)
            {
                payoff.Enter();
            }

            bool direct = payoff.Direct;
            int calls = direct ? 1 : 64;
            clock.Advance(TimeSpan.FromMilliseconds(direct ? 1 : 64 * 4));
            queued -= calls;
            payoff.Exit(direct, calls, calls);
        }

        Assert.True(payoff.SteppedAside);
        Assert.Equal([$"Inference.Batching|Debug|Model '{_model}': batching is bypassed; measured time per row without batching ÷ with batching = 0.25."], log.All);
        Assert.Equal([1d], _meter.Of("inference.batch.aside"));
        Assert.Equal(0.25, Assert.Single(_meter.Of("inference.batch.gain")), 9);
    }

    /// <summary>A listener that waits for another thread, which asks the scheduler: it would wait for ever if it were called with the scheduler held.</summary>
    [Fact]
    public async Task Listener_MayWaitForThoseWhoAskTheScheduler()
    {
        using BatchingFixture f = Fixture(o => o.MaxQueuedRows = 8);
        int asked = 0;
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name.StartsWith("inference.batch.", StringComparison.Ordinal))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, _, tags, _) => Ask(tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Ask(tags));
        listener.Start();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 8).Select(i => f.Call(i, new RunContext { Deadline = i == 0 ? f.Clock.GetUtcNow().AddMilliseconds(1) : null }))];
        await Assert.ThrowsAsync<OverloadedException>(() => f.Call(9));
        f.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => calls[0]);
        await f.Settle([.. calls[1..], blocker]);
        Assert.InRange(Volatile.Read(ref asked), 12, int.MaxValue);

        void Ask(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (Equals(tag.Value, _model))
                {
                    var other = new Thread(() => _ = f.Status.QueuedRows);
                    other.Start();
                    Assert.True(other.Join(TimeSpan.FromSeconds(30)));
                    Interlocked.Increment(ref asked);
                }
            }
        }
    }

    private BatchingFixture Fixture(Action<BatchingOptions>? configure = null) => new(configure, new FakeRunner(FakeModel.Info(_model)));
}
