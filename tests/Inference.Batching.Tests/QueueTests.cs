using Inference.TestSupport;

namespace Inference.Batching.Tests;

public class QueueTests
{
    [Fact]
    public async Task Shed_FullQueue_FailsTheNewCallAtOnce()
    {
        using var f = new BatchingFixture(o => o.MaxQueuedRows = 8);
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] queued = [.. Enumerable.Range(0, 8).Select(i => f.Call(i))];
        OverloadedException error = await Assert.ThrowsAsync<OverloadedException>(() => f.Call(9));
        Assert.Contains("expected at most MaxQueuedRows = 8 queued rows, got 8 queued and 1 in this call", error.Message, StringComparison.Ordinal);
        await f.Settle([.. queued, blocker]);
        Assert.False(f.Model.RowsSeen.ContainsKey(9));
    }

    [Fact]
    public async Task Shed_HigherPriority_DisplacesTheNewestOfTheLowest()
    {
        using var f = new BatchingFixture(o => o.MaxQueuedRows = 8);
        Task<NamedValues> blocker = await f.Block();
        var low = new RunContext { Priority = RunPriority.Low };
        Task<NamedValues>[] queued = [.. Enumerable.Range(0, 8).Select(i => f.Call(i, i is 3 or 4 ? low : null))];
        Task<NamedValues> high = f.Call(9, new RunContext { Priority = RunPriority.High });
        await Assert.ThrowsAsync<OverloadedException>(() => queued[4]);
        await f.Settle([.. queued.Where((_, i) => i != 4), high, blocker]);
        BatchingFixture.AssertAnswer(9, await high);
        Assert.False(f.Model.RowsSeen.ContainsKey(4));
    }

    [Fact]
    public async Task Wait_FullQueue_HoldsCallsBackAndServesAll()
    {
        using var f = new BatchingFixture(o => (o.MaxQueuedRows, o.QueueFull) = (8, QueueFullMode.Wait));
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 40).Select(i => f.Call(i))];
        Assert.Equal(8, f.Status.QueuedRows);
        Assert.All(calls, c => Assert.False(c.IsCompleted));
        await f.Settle([.. calls, blocker]);
        for (int i = 0; i < calls.Length; i++)
        {
            BatchingFixture.AssertAnswer(i, await calls[i]);
        }
    }

    [Fact]
    public async Task Wait_CancelledWhileHeldBack_NeverRuns()
    {
        using var f = new BatchingFixture(o => (o.MaxQueuedRows, o.QueueFull) = (8, QueueFullMode.Wait));
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 8).Select(i => f.Call(i))];
        using var cancel = new CancellationTokenSource();
        Task<NamedValues> held = f.Call(50, null, cancel.Token);
        await AssertCancelled(cancel, held);
        await f.Settle([.. calls, blocker]);
        Assert.False(f.Model.RowsSeen.ContainsKey(50));
    }

    [Fact]
    public async Task Priority_HigherRunsFirst()
    {
        using var f = new BatchingFixture(o => o.MaxRows = 2);
        Task<NamedValues> blocker = await f.Block();
        var order = new List<float>();
        f.Model.Fail = x =>
        {
            order.Add(x["x"].AsSpan<float>()[0]);
            return null;
        };
        Task<NamedValues>[] calls =
        [
            f.Call(1, new RunContext { Priority = RunPriority.Low }),
            f.Call(2, new RunContext { Priority = RunPriority.Low }),
            f.Call(3), f.Call(4),
            f.Call(5, new RunContext { Priority = RunPriority.High }),
            f.Call(6, new RunContext { Priority = RunPriority.High }),
        ];
        await f.Settle([.. calls, blocker]);
        Assert.Equal([1000, 5, 3, 1], order);
    }

    [Fact]
    public async Task Deadline_PassedWhileQueued_EndsAtTheDeadlineAndNeverRuns()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> late = f.Call(1, new RunContext { Deadline = f.Clock.GetUtcNow().AddMilliseconds(50) });
        Task<NamedValues> later = f.Call(2, new RunContext { Deadline = f.Clock.GetUtcNow().AddMilliseconds(80) });
        Task<NamedValues> never = f.Call(3);
        f.Clock.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(late.IsCompleted);
        f.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => late);
        Assert.False(later.IsCompleted);
        f.Clock.Advance(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => later);
        await f.Settle(never, blocker);
        Assert.Equal([3f, 1000f], f.Model.RowsSeen.Keys.Order());
    }

    [Fact]
    public async Task Deadline_PassedBeforeTheCall_FailsWithoutRunning()
    {
        using var f = new BatchingFixture();
        await Assert.ThrowsAsync<DeadlineExceededException>(() => f.Call(1, new RunContext { Deadline = f.Clock.GetUtcNow() }));
        Assert.Equal(0, f.Model.Calls);
    }

    [Fact]
    public async Task Cancel_WhileQueued_CompletesAtOnceAndNeverRuns()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        using var cancel = new CancellationTokenSource();
        Task<NamedValues> call = f.Call(1, null, cancel.Token);
        await cancel.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancel.Token, error.CancellationToken);
        Assert.Equal(0, f.Status.QueuedRows);
        await f.Settle(blocker);
        Assert.False(f.Model.RowsSeen.ContainsKey(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_InsideARunningBatch_FreesTheCallerAndTheInputs(bool alone)
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        using var cancel = new CancellationTokenSource();
        float[] memory = [1, 1, 2, 3];
        var borrowed = new NamedValues { ["x"] = TensorValue.Borrow<float>(memory, [1, 4]) };
        Task<NamedValues> leaver = f.Runner.RunAsync(borrowed, null, cancel.Token).AsTask();
        Task<NamedValues>[] stayers = alone ? [] : [f.Call(2)];
        await f.Next(blocker);
        await AssertCancelled(cancel, leaver);

        // The caller takes its memory back while the batch still runs.
        borrowed.Dispose();
        memory.AsSpan().Fill(float.NaN);
        await f.Settle(stayers);
        foreach (Task<NamedValues> stayer in stayers)
        {
            BatchingFixture.AssertAnswer(2, await stayer);
            Assert.True(f.Model.RowsSeen.ContainsKey(1));
        }
    }

    [Fact]
    public async Task Cancel_EveryCallerOfABatch_CancelsTheRun()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        using var cancel = new CancellationTokenSource();
        Task<NamedValues> a = f.Call(1, null, cancel.Token);
        Task<NamedValues> b = f.Call(2, null, cancel.Token);
        await f.Next(blocker);
        await AssertCancelled(cancel, a, b);

        // The gate is still closed: only the token can have ended the run.
        await Eventually.TrueAsync(() => f.Model.Active == 0);
    }

    [Fact]
    public async Task Cancel_BeforeTheCall_NeverRuns()
    {
        using var f = new BatchingFixture();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => f.Call(1, null, new CancellationToken(true)));
        Assert.Equal(0, f.Model.Calls);
    }

    [Fact]
    public async Task Dispose_WithCallsQueued_ServesThemThenDisposesTheModel()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 5).Select(i => f.Call(i))];
        f.Runner.Dispose();
        Assert.Equal(0, f.Model.DisposeCount);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => f.Call(9));
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(Task.WhenAll(calls.Append(blocker)));
        await Eventually.TrueAsync(() => f.Model.DisposeCount == 1);
        Assert.False(f.Model.WasDisposedWhileRunning);
        BatchingFixture.AssertAnswer(4, await calls[4]);
    }

    [Fact]
    public async Task DisposeAsync_WithCallsQueued_WaitsForThem()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> call = f.Call(1);
        Task dispose = f.Runner.DisposeAsync().AsTask();
        Assert.False(dispose.IsCompleted);
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(dispose);
        Assert.Equal(1, f.Model.DisposeCount);
        await Eventually.CompletesAsync(Task.WhenAll(call, blocker));
    }

    [Fact]
    public async Task MaxCost_ExpensiveCalls_MakeSmallerBatches()
    {
        using var f = new BatchingFixture(o =>
        {
            o.MaxCost = 10;
            o.Cost = x => (long)x["x"].AsSpan<float>()[0];
        });
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. new float[] { 6, 5, 4, 20, 1, 2 }.Select(c => f.Call(c))];
        await f.Settle([.. calls, blocker]);

        // 6 + 4, then 5 + 1 + 2, then 20, which is above the limit and runs alone.
        Assert.Equal([1, 2, 3, 1], f.Model.Batches);
    }

    private static async Task AssertCancelled(CancellationTokenSource cancel, params Task[] calls)
    {
        await cancel.CancelAsync();
        foreach (Task call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
    }
}
