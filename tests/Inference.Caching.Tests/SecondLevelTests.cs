using Inference.TestSupport;

namespace Inference.Caching.Tests;

public class SecondLevelTests
{
    private static CachingFixture Open(FaultyDistributedCache cache, Action<CachingOptions>? configure = null, TimerCountingTimeProvider? clock = null) => new(
        o =>
        {
            o.SecondLevel.Enabled = true;
            o.SecondLevel.EraseDelay = TimeSpan.Zero;
            configure?.Invoke(o);
        },
        distributed: cache,
        clock: clock);

    [Fact]
    public async Task Off_IsNotTouched()
    {
        var cache = new FaultyDistributedCache();
        using var f = new CachingFixture(distributed: cache);
        await f.Call(1);
        Assert.Equal(0, cache.Reads);
        Assert.Empty(cache.Items);
    }

    [Fact]
    public async Task AnotherProcess_FindsTheRows()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture one = Open(cache);
        await one.Call([1, 2]);
        await Eventually.TrueAsync(() => cache.Rows == 2);
        using CachingFixture two = Open(cache);
        Assert.Equal(CachingFixture.Expected(2, 3, 1), await two.Call([2, 3, 1]));
        Assert.Equal([1], two.Model.Batches);
        Assert.Equal(CachingFixture.Expected(2), await two.Call(2));
        Assert.Equal(1, two.Model.Calls);
    }

    [Fact]
    public async Task AnotherModelOrTenant_FindsNothing()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture one = Open(cache);
        await one.Call(1);
        await one.Call(1, new RunContext { Tenant = "a" });
        await Eventually.TrueAsync(() => cache.Rows == 2);
        using var other = new CachingFixture(o => o.SecondLevel.Enabled = true, new FakeRunner(FakeModel.Info(version: "2")), cache);
        await other.Call(1);
        Assert.Equal(1, other.Model.Calls);
        await Eventually.TrueAsync(() => cache.Rows == 3);
    }

    [Fact]
    public async Task NothingOfTheInputs_IsStored()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture f = Open(cache);
        await f.Call(12345.678f, new RunContext { Tenant = "somebody" });
        await Eventually.TrueAsync(() => cache.Rows == 1);
        byte[] input = BitConverter.GetBytes(12345.678f);
        Assert.All(cache.Items, item =>
        {
            Assert.DoesNotContain("somebody", item.Key, StringComparison.Ordinal);
            Assert.Equal(-1, item.Value.AsSpan().IndexOf(input));
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failing_AtOnceOrLater_TheModelAnswersAndTheCacheIsLeftAlone(bool atOnce)
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture f = Open(cache);
        if (atOnce)
        {
            cache.FailAtOnce = _ => new IOException("down");
        }
        else
        {
            cache.FailLater = _ => new IOException("down");
        }

        Assert.Equal(CachingFixture.Expected(1), await f.Call(1));
        int reads = cache.Reads;
        Assert.Equal(CachingFixture.Expected(2), await f.Call(2));
        Assert.Equal(reads, cache.Reads);

        // After the break it is asked again.
        cache.FailAtOnce = _ => null;
        cache.FailLater = _ => null;
        f.Clock.Advance(TimeSpan.FromSeconds(6));
        await f.Call(3);
        await Eventually.TrueAsync(() => cache.Rows == 1);
    }

    [Fact]
    public async Task Hanging_IsWaitedForNoLongerThanTheTimeout()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture f = Open(cache);
        cache.Gate.Close();
        Task<float[]> call = f.Call(1);
        await Eventually.TrueAsync(() => cache.Gate.Waiting == 1 && f.Clock.RunningTimers > 0);
        f.Clock.Advance(TimeSpan.FromMilliseconds(20) - TimeSpan.FromTicks(1));
        Assert.Equal(0, f.Model.Calls);
        f.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(call));
        cache.Gate.Open();
    }

    [Fact]
    public async Task BlockingItsCaller_IsWaitedForNoLongerThanTheTimeout()
    {
        using var block = new ManualResetEventSlim();
        var cache = new FaultyDistributedCache { Block = block };
        using CachingFixture f = Open(cache);
        Task<float[]> call = Task.Run(() => f.Call(1));
        await Eventually.TrueAsync(() => f.Clock.RunningTimers > 0);
        f.Clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(call));
        block.Set();
    }

    [Fact]
    public async Task DamagedValue_CountsAsMissing()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture one = Open(cache);
        await one.Call(1);
        await Eventually.TrueAsync(() => cache.Rows == 1);
        string key = cache.Items.Keys.Single(k => k.StartsWith("inference:row:", StringComparison.Ordinal));
        byte[] good = cache.Items[key];
        for (int length = 0; length < good.Length; length++)
        {
            cache.Items[key] = good[..length];
            using CachingFixture two = Open(cache);
            Assert.Equal(CachingFixture.Expected(1), await two.Call(1));
            Assert.Equal(1, two.Model.Calls);
            await Eventually.TrueAsync(() => cache.Items[key].Length == good.Length);
        }
    }

    [Fact]
    public async Task EraseTenant_MakesItsRowsUnreachableForOthersToo()
    {
        var cache = new FaultyDistributedCache();
        var tenant = new RunContext { Tenant = "a" };
        using CachingFixture one = Open(cache);
        await one.Call(1, tenant);
        await one.Call(1);
        await Eventually.TrueAsync(() => cache.Rows == 2);
        Assert.True(await one.Control.EraseTenantAsync("a"));
        using CachingFixture two = Open(cache);
        await two.Call(1);
        Assert.Equal(0, two.Model.Calls);
        await two.Call(1, tenant);
        Assert.Equal(1, two.Model.Calls);
    }

    [Fact]
    public async Task EraseTenant_CacheDown_SaysSo()
    {
        var cache = new FaultyDistributedCache { FailLater = _ => new IOException("down") };
        using CachingFixture f = Open(cache);
        Assert.False(await f.Control.EraseTenantAsync("a"));
    }

    [Fact]
    public async Task Protect_EncryptsByTenant()
    {
        var cache = new FaultyDistributedCache();
        static byte[] Flip(string? tenant, byte[] value) => [.. value.Select(b => (byte)(b ^ (tenant?.Length ?? 7)))];
        void Configure(CachingOptions o)
        {
            o.SecondLevel.Protect = Flip;
            o.SecondLevel.Unprotect = Flip;
        }

        using CachingFixture one = Open(cache, Configure);
        await one.Call(1);
        await Eventually.TrueAsync(() => cache.Rows == 1);
        using CachingFixture two = Open(cache, Configure);
        Assert.Equal(CachingFixture.Expected(1), await two.Call(1));
        Assert.Equal(0, two.Model.Calls);
        using CachingFixture plain = Open(cache);
        Assert.Equal(CachingFixture.Expected(1), await plain.Call(1));
        Assert.Equal(1, plain.Model.Calls);
    }

    [Fact]
    public async Task PendingWrites_StayWithinTheirBound()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture f = Open(cache, o => o.SecondLevel.MaxPendingWrites = 3);
        cache.Gate.Close();
        Task<float[]> call = f.Call([1, 2, 3, 4, 5, 6]);
        await Eventually.TrueAsync(() => f.Clock.RunningTimers > 0 && cache.Gate.Waiting > 0);
        cache.Gate.Pulse();
        await Eventually.TrueAsync(() =>
        {
            cache.Gate.Pulse();
            return call.IsCompleted || cache.Writes > 0;
        });
        cache.Gate.Open();
        await Eventually.CompletesAsync(call);
        Assert.InRange(cache.Writes, 0, 3);
    }

    [Fact]
    public async Task ManyTenants_SaltsStayWithinTheirBound()
    {
        var cache = new FaultyDistributedCache();
        var second = new SecondLevelCache(cache, FakeModel.Info(), TimeProvider.System, new CacheInstruments("fake", "", "rows"), null, (_, _) => { });
        var options = new SecondLevelOptions { Timeout = TimeSpan.FromSeconds(5) };
        for (int i = 0; i < 5000; i++)
        {
            Assert.True(await second.EraseAsync($"tenant {i}", options, CancellationToken.None));
            Assert.InRange(second.KnownSalts, 1, 4096);
        }
    }

    [Fact]
    public async Task NeverAnswering_LeavesABoundedNumberOfLookupsBehind()
    {
        var clock = new TimerCountingTimeProvider();
        var cache = new FaultyDistributedCache();
        using CachingFixture f = Open(cache, clock: clock);
        cache.Gate.Close();
        var calls = new List<Task<float[]>>();
        for (int i = 0; i < 3000; i++)
        {
            calls.Add(f.Call(i));
        }

        await Eventually.TrueAsync(() => f.Model.Calls >= 3000 - 1024);

        // A look-up and a write each begin with one read, which never ends.
        Assert.InRange(cache.Reads, 0, 1024 + 1024);
        clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(calls);
        cache.Gate.Open();
    }
}
