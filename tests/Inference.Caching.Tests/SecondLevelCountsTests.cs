using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>What is asked of the second level and when, operation by operation.</summary>
public sealed class SecondLevelCountsTests : SecondLevelTest
{
    [Fact]
    public async Task Rows_MissedWrittenAndFound_AreCounted()
    {
        using CachingFixture one = Open();
        await one.Call([1, 2, 3]);
        await Eventually.TrueAsync(() => Second("written") == 3);
        Assert.Equal((3, 0), (Second("miss"), Second("hit")));
        Assert.Equal((3, 0, 0), (Rows("miss"), Rows("hit"), Rows("second_level")));
        using CachingFixture two = Open();
        Assert.Equal(CachingFixture.Expected(1, 4, 3), await two.Call([1, 4, 3]));
        Assert.Equal((4, 2), (Second("miss"), Second("hit")));
        Assert.Equal((4, 0, 2), (Rows("miss"), Rows("hit"), Rows("second_level")));
        await two.Call([1, 3]);
        Assert.Equal(2, Rows("hit"));
        Assert.Equal([1], two.Model.Batches);
    }

    [Fact]
    public async Task Keys_AreAHashEachAndOneSaltATenant()
    {
        using CachingFixture f = Open();
        await f.Call([1, 2]);
        await f.Call([1], new RunContext { Tenant = "" });
        await Eventually.TrueAsync(() => Second("written") == 3);
        Assert.True(await f.Control.EraseTenantAsync("a"));
        Assert.True(await f.Control.EraseTenantAsync(null));
        string[] rows = [.. Cache.Items.Keys.Where(k => k.StartsWith("inference:row:", StringComparison.Ordinal))];
        string[] salts = [.. Cache.Items.Keys.Where(k => k.StartsWith("inference:salt:", StringComparison.Ordinal))];
        Assert.Equal((3, 2), (rows.Length, salts.Length));
        Assert.All(rows, k => Assert.Equal("inference:row:".Length + 64, k.Length));
        Assert.All(salts, k => Assert.Equal((16, "inference:salt:".Length + 64), (Cache.Items[k].Length, k.Length)));
        Assert.Contains("inference:salt:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([0])), salts);
        Assert.Contains("inference:salt:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1, (byte)'a', 0])), salts);
    }

    [Fact]
    public async Task Down_IsLeftAloneForTheBreakAndNoLonger()
    {
        using CachingFixture f = Open(o => o.SecondLevel.BreakDuration = TimeSpan.FromSeconds(3));
        Cache.FailLater = _ => new IOException("down");
        await f.Call(1);
        Assert.Equal((1, 1), (Cache.Reads, Second("error")));
        Cache.FailLater = _ => null;
        Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        await f.Call(2);
        Assert.Equal(1, Cache.Reads);

        // The look-up and the write of each call.
        Assert.Equal(3, Second("skipped"));
        Clock.Advance(TimeSpan.FromTicks(1));
        await f.Call(3);
        await Eventually.TrueAsync(() => Second("written") == 1);
        Assert.Equal((3, 1, 1), (Second("skipped"), Second("miss"), Second("error")));
    }

    [Fact]
    public async Task Slow_IsTimedOutAndLeftAlone()
    {
        using CachingFixture f = Open(o => o.SecondLevel.Timeout = TimeSpan.FromMilliseconds(7));
        Cache.Gate.Close();
        Task<float[]> call = f.Call(1);
        await Eventually.TrueAsync(() => Cache.Gate.Waiting == 1 && Clock.RunningTimers > 0);
        Clock.Advance(TimeSpan.FromMilliseconds(7) - TimeSpan.FromTicks(1));
        Assert.Equal((false, 0), (call.IsCompleted, Second("timeout")));
        Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(call));
        Assert.Equal((1, 1), (Second("timeout"), Second("skipped")));
        Cache.Gate.Open();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await f.Call(2);
        await Eventually.TrueAsync(() => Second("written") == 1);
    }

    [Fact]
    public async Task MaxRowsPerCall_TheOthersAreNotAskedFor()
    {
        using CachingFixture f = Open(o => o.SecondLevel.MaxRowsPerCall = 2);
        await f.Call([1, 2, 3, 4, 5]);
        Assert.Equal(2, Second("miss"));

        // One read of the salt, one a row.
        Assert.Equal(5, Rows("miss"));
        await Eventually.TrueAsync(() => Second("written") == 5);
        using CachingFixture other = Open(o => o.SecondLevel.MaxRowsPerCall = 2);
        Assert.Equal(CachingFixture.Expected(1, 2, 3), await other.Call([1, 2, 3]));
        Assert.Equal([1], other.Model.Batches);
    }

    [Fact]
    public async Task Salts_AreReadAgainAfterTheDelay()
    {
        using CachingFixture f = Open(o => o.SecondLevel.EraseDelay = TimeSpan.FromSeconds(2));
        await f.Call(1);
        await Eventually.TrueAsync(() => Second("written") == 1);
        int reads = Cache.Reads;
        Clock.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        await f.Call(2);
        await Eventually.TrueAsync(() => Second("written") == 2);
        Assert.Equal(1, Cache.Reads - reads);
        Clock.Advance(TimeSpan.FromTicks(1));
        await f.Call(3);
        await Eventually.TrueAsync(() => Second("written") == 3);
        Assert.Equal(3, Cache.Reads - reads);
    }

    [Fact]
    public async Task Salt_OfAnErasedTenant_IsKnownAtOnce()
    {
        using CachingFixture f = Open(o => o.SecondLevel.EraseDelay = TimeSpan.FromSeconds(2));
        var tenant = new RunContext { Tenant = "a" };
        await f.Call(1, tenant);
        await Eventually.TrueAsync(() => Second("written") == 1);
        Assert.True(await f.Control.EraseTenantAsync("a"));
        int reads = Cache.Reads;
        await f.Call(1, tenant);
        Assert.Equal(2, f.Model.Calls);
        await Eventually.TrueAsync(() => Second("written") == 2);
        Assert.Equal(1, Cache.Reads - reads);
    }

    [Fact]
    public async Task Erase_FailsOrTimesOut_IsCountedAndSaid()
    {
        using CachingFixture f = Open();
        Cache.FailLater = _ => new IOException("down");
        Assert.False(await f.Control.EraseTenantAsync("a"));
        Assert.Equal(1, Second("error"));
        Cache.FailLater = _ => null;
        Cache.Gate.Close();
        Task<bool> erase = f.Control.EraseTenantAsync("a").AsTask();
        await Eventually.TrueAsync(() => Clock.RunningTimers > 0);
        Clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.False(await Eventually.CompletesAsync(erase));
        Assert.Equal(1, Second("timeout"));
        using var cancel = new CancellationTokenSource();
        erase = f.Control.EraseTenantAsync("a", cancel.Token).AsTask();
        await Eventually.TrueAsync(() => Clock.RunningTimers > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.CompletesAsync(erase));
        Cache.Gate.Open();
    }

    [Fact]
    public async Task DamagedValue_IsCountedAndRunAnew()
    {
        using CachingFixture one = Open();
        await one.Call(1);
        await Eventually.TrueAsync(() => Second("written") == 1);
        string key = Cache.Items.Keys.Single(k => k.StartsWith("inference:row:", StringComparison.Ordinal));
        Cache.Items[key] = [1];
        using CachingFixture two = Open();
        Assert.Equal(CachingFixture.Expected(1), await two.Call(1));
        Assert.Equal((1, 2), (Second("refused"), Second("miss")));
    }

    [Fact]
    public async Task PendingWrites_BeyondTheBound_AreDropped()
    {
        using CachingFixture f = Open(o =>
        {
            o.SecondLevel.MaxPendingWrites = 3;
            o.SecondLevel.EraseDelay = TimeSpan.FromMinutes(1);
        });
        await f.Call(100);
        await Eventually.TrueAsync(() => Second("written") == 1);
        bool hold = true;
        Cache.FailAtOnce = _ =>
        {
            SpinWait.SpinUntil(() => !Volatile.Read(ref hold) || f.Model.Calls < 2);
            return null;
        };
        await f.Call([1, 2, 3, 4, 5]);
        Assert.Equal(2, Second("dropped"));
        Volatile.Write(ref hold, false);
        await Eventually.TrueAsync(() => Second("written") == 4);
        await f.Call([6, 7, 8]);
        await Eventually.TrueAsync(() => Second("written") == 7);
        Assert.Equal(2, Second("dropped"));
    }

    [Fact]
    public async Task Cancelled_WhileItIsLookedUp_CountsAndBreaksNothing()
    {
        using CachingFixture f = Open();
        Cache.Gate.Close();
        using var cancel = new CancellationTokenSource();
        Task<float[]> call = f.Call(1, null, cancel.Token);
        await Eventually.TrueAsync(() => Cache.Gate.Waiting == 1);
        f.Model.Gate.Close();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.CompletesAsync(call));
        Cache.Gate.Open();
        f.Model.Gate.Open();
        Assert.Equal((0, 0, 0), (Second("skipped"), Second("error"), Second("timeout")));
        Assert.Equal((0, 0), (Second("miss"), Second("hit")));
        await f.Call(2);
        await Eventually.TrueAsync(() => Second("written") == 1);
    }

    [Fact]
    public async Task Shared_RowsOfAnotherCall_AreCounted()
    {
        using var f = new CachingFixture(model: new FakeRunner(FakeModel.Info(Model)));
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call([1, 2]);
        Task<float[]> follower = f.Call([2, 1]);
        var context = new RunContext();
        Task<float[]> both = f.Call([1, 3], context);
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(Task.WhenAll(leader, follower, both));
        Assert.Equal((3, 3, 0), (Rows("miss"), Rows("shared"), Rows("hit")));
        Assert.Equal(["cache:miss"], context.Record.Path);
    }

    [Fact]
    public async Task Deadline_WhileAnotherCallRunsTheRow_SaysSo()
    {
        using var f = new CachingFixture(model: new FakeRunner(FakeModel.Info("m")));
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call(7);
        DateTimeOffset deadline = f.Clock.GetUtcNow().AddMilliseconds(10);
        Task<float[]> follower = f.Call(7, new RunContext { Deadline = deadline });
        await Eventually.TrueAsync(() => f.Clock.RunningTimers == 1);
        f.Clock.Advance(TimeSpan.FromMilliseconds(10) - TimeSpan.FromTicks(1));
        Assert.False(follower.IsCompleted);
        f.Clock.Advance(TimeSpan.FromTicks(1));
        DeadlineExceededException error = await Assert.ThrowsAsync<DeadlineExceededException>(() => Eventually.CompletesAsync(follower));
        Assert.Equal($"Model 'm': the deadline {deadline:O} passed while another call computed the same row. Set a later deadline.", error.Message);

        // One that has passed already does not wait.
        await Assert.ThrowsAsync<DeadlineExceededException>(() => Eventually.CompletesAsync(f.Call(7, new RunContext { Deadline = deadline.AddSeconds(-1) })));
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(leader);
    }

    [Fact]
    public async Task Outputs_WithoutARowEach_OfSomeRows_AreRefused()
    {
        using var f = new CachingFixture(model: new FakeRunner(FakeModel.Info("m"), x => x["x"].Shape[0] == 1
            ? FakeModel.Compute(x)
            : new NamedValues { ["y"] = TensorValue.Copy<float>([1], [1]) }));
        await f.Call(1);
        Assert.Equal(
            "Model 'm': expected output tensors with one row for each of the 2 input rows, got other shapes. Remove UseCaching, or do not set AssertRowIndependent.",
            (await Assert.ThrowsAsync<ModelRunException>(() => f.Call([1, 2, 3]))).Message);
    }

    [Fact]
    public async Task Inputs_ChangedWhileTheyAreLookedUp_AreRefused()
    {
        using var f = new CachingFixture();
        var set = new NamedValues();
        set.Add("x", new ChangingTensor(() => set.SetValue("x", TensorValue.Copy<float>([1, 2], [1, 2]))));
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await f.Runner.RunAsync(set));
        Assert.Equal("The set of inputs was changed or disposed by another thread while it was looked up. Do not use it until the call has completed.", error.Message);
        set = [];
        set.Add("x", new ChangingTensor(() => set.SetValue("x", TensorValue.Copy<float>(new float[8], [2, 4]))));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await f.Runner.RunAsync(set));
        Assert.Equal(0, f.Model.Calls);
        Assert.Equal("inputs", (await Assert.ThrowsAsync<ArgumentNullException>(async () => await f.Runner.RunAsync(null!))).ParamName);
    }

    [Fact]
    public async Task Cancelled_BeforeItCame_DoesNotRun()
    {
        using var f = new CachingFixture();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => f.Call(1, null, new CancellationToken(true)));
        Assert.Equal((0, 0L), (f.Model.Calls, f.Control.Statistics.Misses));
        Assert.Empty(await f.Call([]));
        Assert.Equal(1, f.Model.Calls);
    }

    [Fact]
    public async Task Clear_ForgetsEverything()
    {
        using var f = new CachingFixture();
        await f.Call([1, 2]);
        await f.Call(3, new RunContext { Tenant = "a" });
        f.Control.Clear();
        Assert.Equal((0, 0), (f.Control.Statistics.Entries, f.Control.Statistics.Bytes));
        await f.Call([1, 2]);
        Assert.Equal(3, f.Model.Calls);
        Assert.Null(f.Runner.GetService<IBindable>());
    }

    [Fact]
    public async Task Dispose_EitherWay_DisposesTheModelOnce()
    {
        var one = new FakeRunner();
        one.AsBuilder().UseCaching().Build().Dispose();
        var two = new FakeRunner();
        await two.AsBuilder().UseCaching().Build().DisposeAsync();
        Assert.Equal((1, 1), (one.DisposeCount, two.DisposeCount));
    }

    /// <summary>One row that changes the set it is in when its contents are read.</summary>
    private sealed class ChangingTensor(Action change) : TensorValue(ElementType.Float32, [1, 4])
    {
        public override ReadOnlySpan<T> AsSpan<T>() => throw new NotSupportedException();

        public override Span<T> AsWritableSpan<T>() => throw new NotSupportedException();

        public override ReadOnlySpan<byte> AsBytes()
        {
            change();
            return new byte[16];
        }

        public override Span<byte> AsWritableBytes() => throw new NotSupportedException();

        public override System.Buffers.MemoryHandle Pin() => throw new NotSupportedException();

        public override TensorValue Retain() => this;

        public override void Dispose()
        {
        }
    }
}
