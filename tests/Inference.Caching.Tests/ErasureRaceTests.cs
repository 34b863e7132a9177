using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>Erasing a tenant while its rows are on their way: none comes back.</summary>
public class ErasureRaceTests
{
    [Fact]
    public void Add_AfterAnErasure_IsNotKept()
    {
        var store = new RowStore(1 << 20, new CacheInstruments("fake", "", "rows"));
        using NamedValues row = FakeModel.Rows(1);
        var layout = UnitLayout.TryOf(row, null, whole: false)!;
        var entry = new CacheEntry(1, default, layout, layout.Read(row, 0));
        entry.Complete(layout, layout.Read(row, 0));
        int epoch = store.Epoch;
        store.Erase(static _ => true);
        store.Add(entry, epoch);
        Assert.Equal(0, store.Counts.Entries);
        store.Add(entry, store.Epoch);
        Assert.Equal(1, store.Counts.Entries);
    }

    [Fact]
    public async Task Write_StillPendingWhenTheTenantIsErased_NeverLands()
    {
        var cache = new FaultyDistributedCache();
        using CachingFixture f = Open(cache);
        var tenant = new RunContext { Tenant = "a" };

        // The look-up passes, the write is held when it reads the salt.
        f.Model.Gate.Close();
        Task<float[]> call = f.Call(1, tenant);
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 1);
        cache.Gate.Close();
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(call);
        await Eventually.TrueAsync(() => cache.Gate.Waiting == 1);
        Task<bool> erase = f.Control.EraseTenantAsync("a").AsTask();
        await Eventually.TrueAsync(() => cache.Gate.Waiting == 2);
        cache.Gate.Open();
        Assert.True(await Eventually.CompletesAsync(erase));
        using CachingFixture other = Open(cache);
        await other.Call(2, tenant);
        await Eventually.TrueAsync(() => cache.Rows >= 1);
        await other.Call(1, tenant);
        Assert.Equal(2, other.Model.Calls);
    }

    [Fact]
    public async Task Call_WhileTheErasureIsUnderWay_DoesNotBringRowsBack()
    {
        var cache = new FaultyDistributedCache();
        var tenant = new RunContext { Tenant = "a" };
        using (CachingFixture before = Open(cache))
        {
            await before.Call(1, tenant);
            await Eventually.TrueAsync(() => cache.Rows == 1);
        }

        using CachingFixture f = Open(cache);
        using var set = new ManualResetEventSlim();
        bool erasing = true;
        int held = 0;
        cache.FailAtOnce = key =>
        {
            // Only the erasure writes a salt; it is held until a call has read the row.
            if (Volatile.Read(ref erasing) && key.StartsWith("inference:salt:", StringComparison.Ordinal) && Interlocked.Increment(ref held) == 1)
            {
                set.Wait();
            }

            return null;
        };
        Task<bool> erase = f.Control.EraseTenantAsync("a").AsTask();
        await Eventually.TrueAsync(() => Volatile.Read(ref held) == 1);
        Assert.Equal(CachingFixture.Expected(1), await f.Call(1, tenant));
        Assert.Equal(0, f.Model.Calls);
        set.Set();
        Assert.True(await Eventually.CompletesAsync(erase));
        Assert.Equal(CachingFixture.Expected(1), await f.Call(1, tenant));
        Assert.Equal(1, f.Model.Calls);
    }

    private static CachingFixture Open(FaultyDistributedCache cache) => new(
        o =>
        {
            o.SecondLevel.Enabled = true;
            o.SecondLevel.EraseDelay = TimeSpan.Zero;
        },
        distributed: cache);
}
