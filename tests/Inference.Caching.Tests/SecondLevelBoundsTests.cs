using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.Tests;

/// <summary>How much is asked of the second level at once, what tells its rows apart, and what becomes of its failures.</summary>
public sealed class SecondLevelBoundsTests : IDisposable
{
    private const int MostLookups = 1024;
    private readonly string _model = $"bounds-{Guid.NewGuid():N}";
    private readonly FaultyDistributedCache _cache = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly MeterReadings _meter;

    public SecondLevelBoundsTests() => _meter = new MeterReadings(_model);

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Lookups_BeyondTheBound_AreSkippedAndThoseAfterwardsAreNot()
    {
        using CachingFixture f = Open(o => o.SecondLevel.MaxPendingWrites = 100_000);
        for (int round = 0; round < 2; round++)
        {
            _cache.Gate.Close();
            Task<float[]>[] calls = [.. Enumerable.Range(0, MostLookups).Select(i => f.Call((round * 10_000) + i))];
            await Eventually.TrueAsync(() => _cache.Gate.Waiting == MostLookups);
            Assert.Equal(round, Second("skipped"));
            Assert.Equal(CachingFixture.Expected(-1 - round), await Eventually.CompletesAsync(f.Call(-1 - round)));
            Assert.Equal(round + 1, Second("skipped"));
            _cache.Gate.Open();
            await Eventually.CompletesAsync(Task.WhenAll(calls));
            Assert.Equal(MostLookups * (round + 1), Second("miss"));
            await Eventually.TrueAsync(() => Second("written") == (MostLookups + 1) * (round + 1));
        }
    }

    [Fact]
    public async Task Write_Fails_IsCountedAndLeavesItAloneForTheBreak()
    {
        using CachingFixture f = Open();
        f.Model.OnRun = _ => _cache.FailLater = _ => new IOException("down");
        await f.Call(1);
        await Eventually.TrueAsync(() => Second("error") == 1);
        f.Model.OnRun = null;
        _cache.FailLater = _ => null;
        await f.Call(2);
        Assert.Equal((0, 2), (Second("written"), Second("skipped")));
    }

    [Fact]
    public async Task Write_HasTheTimeToLiveOfTheOptions()
    {
        var cache = new NotingCache();
        var model = new FakeRunner(FakeModel.Info(_model));
        using IModelRunner runner = model.AsBuilder()
            .UseCaching(o => (o.Adaptive, o.SecondLevel.Enabled, o.SecondLevel.TimeToLive) = (false, true, TimeSpan.FromHours(7)))
            .Build(TestServices.WithClock(_clock).Add<IDistributedCache>(cache));
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
        Assert.Equal((0, 0), (Second("written"), _cache.Rows));
    }

    [Fact]
    public async Task Erase_TheCacheCancelsByItself_IsAFailureAndNoCancellation()
    {
        using CachingFixture f = Open();
        _cache.FailLater = _ => new OperationCanceledException("the cache's own");
        Assert.False(await f.Control.EraseTenantAsync("a"));
        Assert.Equal(1, Second("error"));
    }

    [Fact]
    public async Task Cancelled_WhileItIsLookedUp_CountsNothing()
    {
        using CachingFixture f = Open();
        _cache.Gate.Close();
        using var cancel = new CancellationTokenSource();
        Task<float[]> call = f.Call(1, null, cancel.Token);
        await Eventually.TrueAsync(() => _cache.Gate.Waiting == 1);
        f.Model.Gate.Close();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.CompletesAsync(call));
        Assert.Equal((0, 0), (Second("miss"), Second("hit")));
        _cache.Gate.Open();
    }

    [Fact]
    public async Task Switched_Off_IsNotToldOfErasures()
    {
        using var f = new CachingFixture(distributed: _cache);
        Assert.True(await f.Control.EraseTenantAsync("a"));
        await f.Call(1);
        Assert.Equal((0, 0, 0), (_cache.Writes, _cache.Reads, _cache.Items.Count));
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
        ModelInfo info = FakeModel.Info(_model);
        using CachingFixture f = Open(model: new FakeRunner(info, _ => new NamedValues { ["y"] = TensorValue.Copy<float>([rowsKnownAfterwards], [1, 1]) }));
        double written = Second("written");
        using var inputs = new NamedValues { ["x"] = row };
        (await f.Runner.RunAsync(inputs)).Dispose();
        await Eventually.TrueAsync(() => Second("written") - written == f.Model.Calls);
        Assert.Equal(rowsKnownAfterwards, _cache.Rows);
    }

    private double Second(string result) => _meter.Sum("inference.cache.second_level", result);

    private CachingFixture Open(Action<CachingOptions>? configure = null, FakeRunner? model = null) => new(
        o =>
        {
            o.SecondLevel.Enabled = true;
            o.SecondLevel.EraseDelay = TimeSpan.Zero;
            configure?.Invoke(o);
        },
        model ?? new FakeRunner(FakeModel.Info(_model)),
        _cache,
        _clock);

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
