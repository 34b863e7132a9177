using Inference.Security;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>The store of rows: what is held, found, joined and let go, against a plain statement of SIEVE.</summary>
public sealed class RowStoreTests : IDisposable
{
    // Of an entry of one float row in and out: bookkeeping 192, two arrays of 24 + 16.
    private const long EntrySize = 272;
    private readonly MeterReadings _meter;
    private readonly CacheInstruments _instruments;
    private readonly UnitLayout _layout;
    private readonly NamedValues _row = FakeModel.Rows(1);

    public RowStoreTests()
    {
        string model = $"store-{Guid.NewGuid():N}";
        _meter = new MeterReadings(model);
        _instruments = new CacheInstruments(model, "", "rows");
        _layout = UnitLayout.TryOf(_row, null, whole: false)!;
    }

    public void Dispose()
    {
        _meter.Dispose();
        _row.Dispose();
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 32)]
    [InlineData(8, 0, 32)]
    [InlineData(9, 0, 40)]
    [InlineData(0, 1, 24 + 8 + 22 + 6)]
    [InlineData(16, 2, 40 + 24 + 16 + (2 * (22 + 6)))]
    public void Size_OfAUnit_CountsHeadersAndCharacters(int bytes, int strings, long size) =>
        Assert.Equal(size, new UnitData(new byte[bytes], [.. Enumerable.Repeat("abc", strings)]).Size);

    [Fact]
    public void Complete_CountsBothSidesAndTheBookkeeping() => Assert.Equal(EntrySize, Entry(1).Size);

    [Theory]
    [InlineData(4096, 1)]
    [InlineData((512 << 10) - 1, 1)]
    [InlineData(512 << 10, 2)]
    [InlineData(1 << 20, 4)]
    [InlineData(4 << 20, 16)]
    [InlineData(1L << 40, 16)]
    public void Store_HasShardsOfAtLeastAQuarterMebibyte(long bytes, int shards)
    {
        var store = new RowStore(bytes, _instruments);
        Assert.Equal(shards, Enumerable.Range(0, 64).Select(i => store.For((UInt128)i << 64)).Distinct().Count());
        Assert.Same(store.For(5), store.For(7));
    }

    [Fact]
    public void Store_SharesItsBudgetAmongShards()
    {
        var store = new RowStore(1 << 20, _instruments);
        for (int i = 0; i < 400; i++)
        {
            store.Add(Entry(((UInt128)i << 64) + 1), store.Epoch);
        }

        Assert.Equal((400, 400 * EntrySize), (store.Counts.Entries, store.Counts.Bytes));
        store.SetBudget(4 * 3 * EntrySize);
        Assert.Equal((12, 12 * EntrySize), (store.Counts.Entries, store.Counts.Bytes));
        store.SetBudget((4 * 3 * EntrySize) - 1);
        Assert.Equal(8, store.Counts.Entries);
        Assert.Equal(392, _meter.Sum("inference.cache.removed", "capacity"));
        Assert.Equal(8, _meter.Sum("inference.cache.entries"));
        Assert.Equal(8 * EntrySize, _meter.Sum("inference.cache.bytes"));
    }

    [Fact]
    public void Store_CountsOverAllShards()
    {
        var store = new RowStore(1 << 20, _instruments);
        for (int i = 0; i < 4; i++)
        {
            UInt128 key = (UInt128)i << 64;
            Assert.Null(store.For(key).Find(key, null, _layout, _row, 0, 0));
            store.Add(Entry(key), store.Epoch);
            Assert.NotNull(store.For(key).Find(key, null, _layout, _row, 0, 0));
            Assert.NotNull(store.For(key).Find(key, null, _layout, _row, 0, 0));
        }

        Assert.Equal((4, 4 * EntrySize, 8, 4), store.Counts);
    }

    [Fact]
    public void Find_AtTheEndOfItsLife_LetsTheEntryGo()
    {
        CacheShard shard = Shard(10 * EntrySize);
        CacheEntry entry = Entry(1);
        entry.ExpiresAt = 100;
        shard.Add(entry, static () => true);
        Assert.Same(entry, shard.Find(1, null, _layout, _row, 0, 99));
        Assert.Null(shard.Find(1, null, _layout, _row, 0, 100));
        Assert.Equal((0, 0, 1, 1), shard.Counts);
        Assert.Equal(1, _meter.Sum("inference.cache.removed", "expired"));
    }

    [Fact]
    public void Find_OfAnotherTenantOrRow_IsNone()
    {
        CacheShard shard = Shard(10 * EntrySize);
        shard.Add(Entry(1, "a"), static () => true);
        Assert.NotNull(shard.Find(1, "a", _layout, _row, 0, 0));
        Assert.Null(shard.Find(1, "A", _layout, _row, 0, 0));
        Assert.Null(shard.Find(1, null, _layout, _row, 0, 0));
        using NamedValues other = FakeModel.Rows(2);
        Assert.Null(shard.Find(1, "a", _layout, other, 0, 0));
        UnitLayout renamed = UnitLayout.Of([_layout.Ports[0] with { Name = "z" }], whole: false);
        using var values = new NamedValues();
        values.Add("z", _row["x"].Retain());
        Assert.Null(shard.Find(1, "a", renamed, values, 0, 0));
    }

    [Fact]
    public void Add_LargerThanTheBudget_IsNotKeptAndDisplacesNothing()
    {
        CacheShard shard = Shard(EntrySize);
        shard.Add(Entry(1), static () => true);
        Assert.Equal(1, shard.Counts.Entries);
        CacheEntry large = Entry(2);
        large.Complete(_layout, new UnitData(new byte[17], []));
        shard.Add(large, static () => true);
        Assert.Equal((1, EntrySize), (shard.Counts.Entries, shard.Counts.Bytes));
        Assert.NotNull(shard.Find(1, null, _layout, _row, 0, 0));
        shard.SetBudget(EntrySize - 1);
        Assert.Equal((0, 0), (shard.Counts.Entries, shard.Counts.Bytes));
        shard.Add(Entry(3), static () => true);
        Assert.Equal(0, shard.Counts.Entries);
    }

    [Fact]
    public void Add_TheSameKey_Replaces_AndTheSameEntryDoesNot()
    {
        CacheShard shard = Shard(10 * EntrySize);
        CacheEntry first = Entry(1);
        shard.Add(first, static () => true);
        shard.Add(first, static () => true);
        Assert.Equal(0, _meter.Sum("inference.cache.removed"));
        CacheEntry second = Entry(1);
        shard.Add(second, static () => true);
        Assert.Equal(1, _meter.Sum("inference.cache.removed", "replaced"));
        Assert.Equal((1, EntrySize), (shard.Counts.Entries, shard.Counts.Bytes));
        Assert.Same(second, shard.Find(1, null, _layout, _row, 0, 0));
        shard.Add(Entry(2), static () => false);
        Assert.Equal(1, shard.Counts.Entries);
    }

    [Fact]
    public void Join_LeadsFollowsOrFindsWhatWasStored()
    {
        CacheShard shard = Shard(10 * EntrySize);
        Flight flight = Join(shard, "a", 0, out CacheEntry? entry, out bool leads)!;
        Assert.True(leads && entry is null);
        Assert.Same(flight, Join(shard, "a", 0, out entry, out leads));
        Assert.False(leads);
        Assert.Null(Join(shard, "b", 0, out entry, out leads));
        Assert.True(!leads && entry is null);

        // A flight that is not the current one ends nothing.
        shard.Leave(new Flight(flight.Draft));
        Assert.Same(flight, Join(shard, "a", 0, out entry, out leads));
        flight.Draft.Complete(_layout, new UnitData(new byte[16], []));
        flight.Draft.ExpiresAt = 10;
        shard.Add(flight.Draft, static () => true);
        Assert.Null(Join(shard, "a", 9, out entry, out leads));
        Assert.Same(flight.Draft, entry);
        Assert.False(leads);
        Assert.Same(flight, Join(shard, "a", 10, out entry, out leads));
        Assert.Null(entry);
        shard.Leave(flight);
        Assert.NotSame(flight, Join(shard, "a", 10, out entry, out leads));
        Assert.True(leads && entry is null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AnyOperations_HoldWhatSieveHolds(int seed)
    {
        const int Keys = 24;
        var random = new Random(seed);
        var sieve = new Sieve();
        CacheShard shard = Shard(8 * EntrySize);
        sieve.Resize(8);
        for (int step = 0; step < 4000; step++)
        {
            int key = random.Next(Keys);
            switch (random.Next(12))
            {
                case 0:
                    shard.Erase(e => e.Key == (UInt128)key);
                    sieve.Remove(key);
                    break;
                case 1:
                    int budget = random.Next(1, 12);
                    shard.SetBudget(budget * EntrySize);
                    sieve.Resize(budget);
                    break;
                case < 7:
                    shard.Add(Entry((UInt128)key), static () => true);
                    sieve.Add(key);
                    break;
                default:
                    Assert.Equal(sieve.Find(key), shard.Find((UInt128)key, null, _layout, _row, 0, 0) is not null);
                    break;
            }

            Assert.Equal((sieve.Count, sieve.Count * EntrySize), (shard.Counts.Entries, shard.Counts.Bytes));
        }

        Assert.Equal(sieve.Count, _meter.Sum("inference.cache.entries"));
    }

    private CacheShard Shard(long budget)
    {
        var shard = new CacheShard(_instruments);
        shard.SetBudget(budget);
        return shard;
    }

    private CacheEntry Entry(UInt128 key, string? tenant = null)
    {
        var entry = new CacheEntry(key, new DataOwner(tenant, null), _layout, _layout.Read(_row, 0));
        entry.Complete(_layout, new UnitData(new byte[16], []));
        return entry;
    }

    private Flight? Join(CacheShard shard, string tenant, long now, out CacheEntry? entry, out bool leads) =>
        shard.Join(1, new DataOwner(tenant, null), _layout, _row, 0, now, out entry, out leads);

    /// <summary>SIEVE as the paper states it: a list from old to new, a hand, a mark an entry.</summary>
    private sealed class Sieve
    {
        private readonly List<(int Key, bool Marked)> _items = [];
        private int? _hand;
        private int _budget;

        public int Count => _items.Count;

        public bool Find(int key)
        {
            int at = IndexOf(key);
            if (at >= 0)
            {
                _items[at] = (key, true);
            }

            return at >= 0;
        }

        public void Add(int key)
        {
            Remove(key);
            Evict(_budget - 1);
            _items.Add((key, false));
        }

        public void Resize(int budget)
        {
            _budget = budget;
            Evict(budget);
        }

        public void Remove(int key)
        {
            int at = IndexOf(key);
            if (at >= 0)
            {
                _hand = _hand == key ? (at + 1 < _items.Count ? _items[at + 1].Key : null) : _hand;
                _items.RemoveAt(at);
            }
        }

        private void Evict(int most)
        {
            while (_items.Count > most)
            {
                int at = _hand is { } hand ? IndexOf(hand) : 0;
                while (_items[at].Marked)
                {
                    _items[at] = (_items[at].Key, false);
                    at = (at + 1) % _items.Count;
                }

                _hand = _items[at].Key;
                Remove(_items[at].Key);
            }
        }

        private int IndexOf(int key) => _items.FindIndex(i => i.Key == key);
    }
}
