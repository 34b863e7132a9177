using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.Tests;

/// <summary>How much is asked of the second level at once, what tells its rows apart, and what becomes of its failures.</summary>
public sealed class SecondLevelBoundsTests : SecondLevelTest
{
    private const int MostLookups = 1024;
    [Fact]
    public async Task Lookups_BeyondTheBound_AreSkippedAndThoseAfterwardsAreNot()
    {
        using CachingFixture f = Open(o => o.SecondLevel.MaxPendingWrites = 100_000);
        for (int round = 0; round < 2; round++)
        {
            Cache.Gate.Close();
            Task<float[]>[] calls = [.. Enumerable.Range(0, MostLookups).Select(i => f.Call((round * 10_000) + i))];
            await Eventually.TrueAsync(() => Cache.Gate.Waiting == MostLookups);
            Assert.Equal(round, Second("skipped"));
            Assert.Equal(CachingFixture.Expected(-1 - round), await Eventually.CompletesAsync(f.Call(-1 - round)));
            Assert.Equal(round + 1, Second("skipped"));
            Cache.Gate.Open();
            await Eventually.CompletesAsync(Task.WhenAll(calls));
            Assert.Equal(MostLookups * (round + 1), Second("miss"));
            await Eventually.TrueAsync(() => Second("written") == (MostLookups + 1) * (round + 1));
        }
    }

    [Fact]
    public async Task Write_Fails_IsCountedAndLeavesItAloneForTheBreak()
    {
        using CachingFixture f = Open();
        f.Model.OnRun = _ => Cache.FailLater = _ => new IOException("down");
        await f.Call(1);
        await Eventually.TrueAsync(() => Second("error") == 1);
        f.Model.OnRun = null;
        Cache.FailLater = _ => null;
        await f.Call(2);
        Assert.Equal((0, 2), (Second("written"), Second("skipped")));
    }

    [Fact]
    public async Task Write_HasTheTimeToLiveOfTheOptions()
    {
        var cache = new NotingCache();
        var model = new FakeRunner(FakeModel.Info(Model));
        using IModelRunner runner = model.AsBuilder()
            .UseCaching(o => (o.Adaptive, o.SecondLevel.Enabled, o.SecondLevel.TimeToLive) = (false, true, TimeSpan.FromHours(7)))
            .Build(TestServices.WithClock(Clock).Add<IDistributedCache>(cache));
        using NamedValues inputs = FakeModel.Rows(1);
        (await runner.RunAsync(inputs)).Dispose();
        await Eventually.TrueAsync(() => Second("written") == 1);
        Assert.Equal(TimeSpan.FromHours(7), cache.Options!.AbsoluteExpirationRelativeToNow);
        Assert.True(await runner.GetService<ICacheControl>()!.EraseTenantAsync("a"));
        Assert.Null(cache.Options.AbsoluteExpirationRelativeToNow);
    }

    [Fact]
    public async Task Erased_WhileTheModelRan_IsDroppedAndNotWritten()
    {
        using CachingFixture f = Open();
        f.Model.Gate.Close();
        Task<float[]> call = f.Call(1);
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 1);
        Assert.True(await f.Control.EraseTenantAsync(null));
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(call);
        await Eventually.TrueAsync(() => Second("dropped") == 1);
        Assert.Equal((0, 0), (Second("written"), Cache.Rows));
    }

    [Fact]
    public async Task Erase_TheCacheCancelsByItself_IsAFailureAndNoCancellation()
    {
        using CachingFixture f = Open();
        Cache.FailLater = _ => new OperationCanceledException("the cache's own");
        Assert.False(await f.Control.EraseTenantAsync("a"));
        Assert.Equal(1, Second("error"));
    }

    [Fact]
    public async Task Switched_Off_IsNotToldOfErasures()
    {
        using var f = new CachingFixture(distributed: Cache);
        Assert.True(await f.Control.EraseTenantAsync("a"));
        await f.Call(1);
        Assert.Equal((0, 0, 0), (Cache.Writes, Cache.Reads, Cache.Items.Count));
    }

    [Fact]
    public async Task Keys_SameBytesOfAnotherShape_AreOthers()
    {
        await Ask(TensorValue.Copy<float>([1, 2, 3, 4], [1, 4]), 1);
        await Ask(TensorValue.Copy<float>([1, 2, 3, 4], [1, 2, 2]), 2);
        await Ask(TensorValue.Copy<float>([1, 2, 3, 4], [1, 2, 2]), 2);
    }

    [Fact]
    public async Task Keys_OtherStrings_AreOthers()
    {
        await Ask(TensorValue.Copy<string>(["ab", "c"], [1, 2]), 1);
        await Ask(TensorValue.Copy<string>(["a", "bc"], [1, 2]), 2);
        await Ask(TensorValue.Copy<string>(["xy", "z"], [1, 2]), 3);
        await Ask(TensorValue.Copy<string>(["ab", "c"], [1, 2]), 3);
    }

    // A runner of its own each time, so that nothing but the second level knows the row.
    private async Task Ask(TensorValue row, int rowsKnownAfterwards)
    {
        ModelInfo info = FakeModel.Info(Model);
        using CachingFixture f = Open(model: new FakeRunner(info, _ => new NamedValues { ["y"] = TensorValue.Copy<float>([rowsKnownAfterwards, 0], [1, 2]) }));
        double written = Second("written");
        using var inputs = new NamedValues { ["x"] = row };
        (await f.Runner.RunAsync(inputs)).Dispose();
        await Eventually.TrueAsync(() => Second("written") - written == f.Model.Calls);
        Assert.Equal(rowsKnownAfterwards, Cache.Rows);
    }

    /// <summary>An empty cache that notes how it was written to last.</summary>
    private sealed class NotingCache : IDistributedCache
    {
        public DistributedCacheEntryOptions? Options { get; private set; }

        public byte[]? Get(string key) => null;

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult<byte[]?>(null);

        public void Refresh(string key)
        {
        }

        public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Remove(string key)
        {
        }

        public Task RemoveAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Options = options;

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            Options = options;
            return Task.CompletedTask;
        }
    }
}
