using Inference.TestSupport;

namespace Inference.Batching.Tests;

public class BatchingRunnerTests
{
    [Fact]
    public async Task RunAsync_Idle_RunsAtOnceOnTheCallersThread()
    {
        using var f = new BatchingFixture();
        int thread = 0;
        f.Model.OnRun = _ => thread = Environment.CurrentManagedThreadId;
        int mine = Environment.CurrentManagedThreadId;
        ValueTask<NamedValues> run = f.Runner.RunAsync(FakeModel.Rows(3));
        Assert.True(run.IsCompletedSuccessfully);
        Assert.Equal(mine, thread);
        BatchingFixture.AssertAnswer(3, await run);
    }

    [Fact]
    public async Task RunAsync_CallsWhileOneRuns_AreJoined()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 5).Select(i => f.Call(i))];
        await f.Settle([.. calls, blocker]);
        for (int i = 0; i < calls.Length; i++)
        {
            BatchingFixture.AssertAnswer(i, await calls[i]);
        }

        Assert.Equal([1, 5], f.Model.Batches);
    }

    [Fact]
    public async Task Regression_SetsChangedWhileTheyQueue_NobodyGetsRowsOfOthers()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        NamedValues[] sets = [.. Enumerable.Range(0, 4).Select(i => FakeModel.Rows(i))];
        Task<NamedValues>[] calls = [.. sets.Select(s => f.Runner.RunAsync(s).AsTask())];

        // One gains a row, one loses what it had: together they have as many rows as before.
        sets[1].SetValue(sets[1].GetAt(0).Key, FakeModel.Rows(8, 9).GetAt(0).Value);
        KeyValuePair<string, ModelValue> last = sets[3].GetAt(0);
        sets[3].Dispose();
        sets[2].SetValue("other", last.Value);
        await f.Settle([calls[0], calls[1], calls[2], blocker]);
        for (int i = 0; i < 3; i++)
        {
            BatchingFixture.AssertAnswer(i, await calls[i]);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Eventually.CompletesAsync(calls[3]));
    }

    [Fact]
    public async Task RunAsync_MoreThanMaxRows_MakesSeveralBatches()
    {
        using var f = new BatchingFixture(o => o.MaxRows = 4);
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 10).Select(i => f.Call(i))];
        await f.Settle([.. calls, blocker]);
        Assert.Equal([1, 4, 4, 2], f.Model.Batches);
    }

    [Fact]
    public async Task RunAsync_FewerThanWereAbout_WaitsMaxDelayAndNoLonger()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] first = [.. Enumerable.Range(0, 4).Select(i => f.Call(i))];
        await f.Settle([.. first, blocker]);

        // Four or five rows were about a moment ago: a lone call waits for them once.
        Task<NamedValues> lone = f.Call(7);
        await Eventually.TrueAsync(() => f.Status.QueuedRows == 1);
        f.Clock.Advance(f.Status.Delay - TimeSpan.FromTicks(1));
        Assert.Equal(1, f.Status.QueuedRows);
        f.Clock.Advance(TimeSpan.FromTicks(1));
        BatchingFixture.AssertAnswer(7, await Eventually.CompletesAsync(lone));

        // The wait was in vain, so that the next does not wait at all.
        Assert.True(f.Runner.RunAsync(FakeModel.Rows(8)).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task RunAsync_AsManyAsWereAbout_RunsWithoutWaiting()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] first = [.. Enumerable.Range(0, 3).Select(i => f.Call(i))];
        await f.Settle([.. first, blocker]);
        Task<NamedValues>[] second = [.. Enumerable.Range(0, 3).Select(i => f.Call(i))];
        await Eventually.CompletesAsync(Task.WhenAll(second));
        Assert.Equal([1, 3, 3], f.Model.Batches);
    }

    [Fact]
    public async Task RunAsync_AfterAPause_IsIdleAgain()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] first = [.. Enumerable.Range(0, 4).Select(i => f.Call(i))];
        await f.Settle([.. first, blocker]);
        await Eventually.TrueAsync(() => f.Status.BatchesInFlight == 0);
        f.Clock.Advance(TimeSpan.FromMilliseconds(3));
        Assert.True(f.Runner.RunAsync(FakeModel.Rows(8)).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task RunAsync_CallsOfSeveralRows_GetTheirOwnRows()
    {
        using var f = new BatchingFixture(o => o.MaxRows = 16);
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> a = f.Runner.RunAsync(FakeModel.Rows(1, 2, 3)).AsTask();
        Task<NamedValues> b = f.Runner.RunAsync(FakeModel.Rows(4)).AsTask();
        Task<NamedValues> c = f.Runner.RunAsync(FakeModel.Rows(5, 6)).AsTask();
        await f.Settle(a, b, c, blocker);
        float[][] got = [await BatchingFixture.Values(a), await BatchingFixture.Values(b), await BatchingFixture.Values(c)];
        Assert.Equal([.. FakeModel.Expected(1), .. FakeModel.Expected(2), .. FakeModel.Expected(3)], got[0]);
        Assert.Equal(FakeModel.Expected(4), got[1]);
        Assert.Equal([.. FakeModel.Expected(5), .. FakeModel.Expected(6)], got[2]);
        Assert.Equal([1, 6], f.Model.Batches);
    }

    [Fact]
    public async Task RunAsync_CallAboveMaxRows_RunsAlone()
    {
        using var f = new BatchingFixture(o => o.MaxRows = 2);
        using NamedValues outputs = await f.Runner.RunAsync(FakeModel.Rows(1, 2, 3));
        Assert.Equal(3, outputs["y"].Shape[0]);
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> big = f.Runner.RunAsync(FakeModel.Rows(4, 5, 6)).AsTask();
        await f.Settle(big, blocker);
        Assert.Equal([3, 1, 3], f.Model.Batches);
    }

    [Fact]
    public void RunAsync_LoneCallerWithCallsOfAnySize_NeverWaits()
    {
        using var f = new BatchingFixture();
        foreach (int rows in (int[])[5, 1, 8, 20, 1, 2])
        {
            Assert.True(f.Runner.RunAsync(FakeModel.Rows(new float[rows])).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task RunAsync_ResultOutlivesTheOthers()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> a = f.Call(1);
        Task<NamedValues> b = f.Call(2);
        await f.Settle(a, b, blocker);
        (await a).Dispose();
        BatchingFixture.AssertAnswer(2, await b);
    }

    [Fact]
    public async Task RunAsync_ValuesThatAreNoRows_PassThrough()
    {
        using var f = new BatchingFixture(model: new FakeRunner(compute: _ => []));
        using var scalar = new NamedValues { ["x"] = TensorValue.Copy<float>([1f], []) };
        using NamedValues outputs = await f.Runner.RunAsync(scalar);
        Assert.Empty(outputs);
    }

    [Fact]
    public async Task RunAsync_SeveralSlots_RunAtOnce()
    {
        using var f = new BatchingFixture(o =>
        {
            o.MaxConcurrentBatches = 3;
            o.MaxRows = 1;
        });
        f.Model.Gate.Close();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 9).Select(i => Task.Run(() => f.Call(i)))];
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 3);
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(Task.WhenAll(calls));
        Assert.Equal(3, f.Model.MaxActive);
        Assert.Equal(9, f.Model.Calls);
    }

    [Fact]
    public async Task RunAsync_OutputWithoutARowEach_IsNotHandedOut()
    {
        using var f = new BatchingFixture(model: new FakeRunner(compute: x =>
            new NamedValues { ["y"] = TensorValue.Copy<float>(new float[BatchSize(x) > 1 ? 1 : BatchSize(x)], [1]) }));
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues> a = f.Call(1);
        Task<NamedValues> b = f.Call(2);

        // Alone each call has its row: bisection still answers both.
        await f.Settle(a, b, blocker);

        static int BatchSize(NamedValues x) => (int)x["x"].Shape[0];
    }

    [Fact]
    public async Task RunAsync_Context_GetsARecord()
    {
        using var f = new BatchingFixture();
        Task<NamedValues> blocker = await f.Block();
        var context = new RunContext { Tenant = "a" };
        Task<NamedValues> a = f.Call(1, context);
        Task<NamedValues> b = f.Call(2);
        await f.Settle(a, b, blocker);
        Assert.Equal(["batch:2"], context.Record.Path);
        Assert.Null(f.Model.Contexts.Last()!.Tenant);
    }

    [Fact]
    public void GetService_Bindable_IsNull()
    {
        using var f = new BatchingFixture();
        f.Model.Services[typeof(IBindable)] = new object();
        Assert.Null(f.Runner.GetService(typeof(IBindable)));
        Assert.NotNull(f.Status);
    }

    [Fact]
    public void Build_RowsNotIndependent_FailsOrPassesThrough()
    {
        using var model = new FakeRunner(FakeModel.Info() with { RowIndependent = false });
        InferenceException error = Assert.Throws<InferenceException>(() => model.AsBuilder().UseBatching().Build());
        Assert.Contains("Model 'fake', UseBatching: expected independent rows", error.Message, StringComparison.Ordinal);
        Assert.Same(model, model.AsBuilder().UseBatching(o => o.WhenNotBatchable = NotBatchableMode.PassThrough).Build());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public void Build_NoBatchAxis_Fails(int? axis)
    {
        using var model = new FakeRunner(FakeModel.Info() with { BatchAxis = axis });
        Assert.Contains("batch axis 0", Assert.Throws<InferenceException>(() => model.AsBuilder().UseBatching().Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_InvalidOptions_NamesThem()
    {
        using var model = new FakeRunner();
        Exception error = Assert.ThrowsAny<Exception>(() => model.AsBuilder().UseBatching(o => o.MaxRows = 0).Build());
        Assert.Contains("MaxRows", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<Exception>(() => new FakeRunner().AsBuilder().UseBatching(o => o.MaxDelay = TimeSpan.FromHours(1)).Build());
        Assert.Contains("MaxDelay", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<Exception>(() => new FakeRunner().AsBuilder().UseBatching(o => o.MaxQueuedRows = 10).Build());
        Assert.Contains("MaxQueuedRows", error.Message, StringComparison.Ordinal);
    }
}
