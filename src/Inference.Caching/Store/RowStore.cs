using Inference.Caching.Diagnostics;

namespace Inference.Caching.Store;

/// <summary>All entries of one model, sharded by key so that callers rarely contend. Thread-safe.</summary>
internal sealed class RowStore
{
    // A shard keeps some hundred rows of 1 KB at least, so that its own order of use says something.
    private const long LeastShard = 256 << 10;


    // More callers than run at once on most machines.
    private const int MostShards = 16;
    private readonly CacheShard[] _shards;
    private int _epoch;

    public RowStore(long maxBytes, CacheInstruments instruments)
    {
        int shards = 1;
        while (shards < MostShards && maxBytes / (shards * 2) >= LeastShard)
        {
            shards *= 2;
        }

        _shards = new CacheShard[shards];
        for (int i = 0; i < shards; i++)
        {
            _shards[i] = new CacheShard(instruments);
        }

        SetBudget(maxBytes);
    }

    /// <summary>Changes with every erasure; entries computed in an earlier epoch must not be stored.</summary>
    public int Epoch => Volatile.Read(ref _epoch);

    public (long Entries, long Bytes, long Hits, long Misses) Counts
    {
        get
        {
            (long entries, long bytes, long hits, long misses) = (0, 0, 0, 0);
            foreach (CacheShard shard in _shards)
            {
                var counts = shard.Counts;
                entries += counts.Entries;
                bytes += counts.Bytes;
                hits += counts.Hits;
                misses += counts.Misses;
            }

            return (entries, bytes, hits, misses);
        }
    }

    /// <summary>Stores an entry that was computed in an epoch, unless rows were erased since: it may be one of them.</summary>
    public void Add(CacheEntry entry, int epoch) => For(entry.Key).Add(entry, () => epoch == Epoch);

    public CacheShard For(UInt128 key) => _shards[(int)(key >> 64) & (_shards.Length - 1)];

    public void SetBudget(long maxBytes)
    {
        foreach (CacheShard shard in _shards)
        {
            shard.SetBudget(maxBytes / _shards.Length);
        }
    }

    /// <summary>Lets all go and keeps nothing from now on.</summary>
    public void Close()
    {
        Erase(static _ => true);
        SetBudget(0);
    }

    /// <summary>Removes the entries that match.</summary>
    /// <returns>How many there were.</returns>
    public long Erase(Func<CacheEntry, bool> matches)
    {
        Interlocked.Increment(ref _epoch);
        long erased = 0;
        foreach (CacheShard shard in _shards)
        {
            erased += shard.Erase(matches);
        }

        return erased;
    }
}
