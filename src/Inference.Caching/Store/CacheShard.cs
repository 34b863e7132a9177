using Inference.Caching.Diagnostics;
using Inference.Caching.Units;
using Inference.Security;

namespace Inference.Caching.Store;

/// <summary>
/// A part of the store: entries by key within a budget of bytes, and the flights of missing ones. Eviction is SIEVE (Zhang et al., NSDI 2024): a hand goes from the
/// oldest to the newest and takes what was not read since it passed; a hit only sets a mark, so that one-off rows go first. Thread-safe.
/// </summary>
internal sealed class CacheShard(CacheInstruments instruments)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, CacheEntry> _entries = [];
    private readonly Dictionary<UInt128, Flight> _flights = [];
    private CacheEntry? _newest;
    private CacheEntry? _oldest;
    private CacheEntry? _hand;
    private long _budget;
    private long _bytes;
    private long _hits;
    private long _misses;

    public (long Entries, long Bytes, long Hits, long Misses) Counts
    {
        get
        {
            lock (_lock)
            {
                return (_entries.Count, _bytes, _hits, _misses);
            }
        }
    }

    public void SetBudget(long bytes)
    {
        (int, long) evicted;
        lock (_lock)
        {
            _budget = bytes;
            evicted = EvictTo(bytes);
        }

        instruments.Removed("capacity", evicted);
    }

    /// <summary>The entry for a unit; null if there is none that has not expired.</summary>
    public CacheEntry? Find(UInt128 key, string? tenant, UnitLayout layout, NamedValues values, int unit, long now)
    {
        CacheEntry? entry;
        bool expired;
        lock (_lock)
        {
            expired = _entries.TryGetValue(key, out entry) && entry.ExpiresAt <= now;
            if (expired)
            {
                Remove(entry!);
            }

            (_hits, _misses) = entry is null || expired ? (_hits, _misses + 1) : (_hits + 1, _misses);
        }

        instruments.Removed("expired", expired ? (1, entry!.Size) : default);

        // Entries do not change: the comparison needs no lock.
        if (expired || entry?.IsFor(tenant, layout, values, unit) != true)
        {
            return null;
        }

        if (!entry.Visited)
        {
            entry.Visited = true;
        }

        return entry;
    }

    /// <summary>Joins the flight of a unit, or starts it, in which case <paramref name="leads"/> is true and the caller must land it. Null if the unit was stored
    /// since it was looked up, as <paramref name="entry"/>, or if the key is used by another unit.</summary>
    public Flight? Join(UInt128 key, DataOwner owner, UnitLayout layout, NamedValues values, int unit, long now, out CacheEntry? entry, out bool leads)
    {
        lock (_lock)
        {
            leads = false;
            if (_entries.TryGetValue(key, out entry))
            {
                if (entry.ExpiresAt > now && entry.IsFor(owner.Tenant, layout, values, unit))
                {
                    return null;
                }

                entry = null;
            }

            if (_flights.TryGetValue(key, out Flight? flight))
            {
                return flight.Draft.IsFor(owner.Tenant, layout, values, unit) ? flight : null;
            }

            flight = new Flight(new CacheEntry(key, owner, layout, layout.Read(values, unit)));
            _flights.Add(key, flight);
            leads = true;
            return flight;
        }
    }

    /// <summary>Ends a flight: no further call joins it.</summary>
    public void Leave(Flight flight)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue(flight.Draft.Key, out Flight? current) && ReferenceEquals(current, flight))
            {
                _flights.Remove(flight.Draft.Key);
            }
        }
    }

    /// <summary>Keeps a completed entry, in place of one with its key, if it fits the budget at all.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isCurrent">Evaluated while no erasure can intervene: whether the entry may still be stored.</param>
    public void Add(CacheEntry entry, Func<bool> isCurrent)
    {
        CacheEntry? present;
        (int, long) evicted = default;
        bool fits;
        lock (_lock)
        {
            _entries.TryGetValue(entry.Key, out present);
            if (ReferenceEquals(present, entry) || !isCurrent())
            {
                return;
            }

            if (present is not null)
            {
                Remove(present);
            }

            fits = entry.Size <= _budget;
            if (fits)
            {
                evicted = EvictTo(_budget - entry.Size);
                Link(entry);
            }
        }

        instruments.Removed("replaced", present is null ? default : (1, present.Size));
        instruments.Removed("capacity", evicted);
        instruments.Held(fits ? 1 : 0, fits ? entry.Size : 0);
    }

    /// <summary>Removes the entries that match.</summary>
    /// <returns>How many there were.</returns>
    public int Erase(Func<CacheEntry, bool> matches)
    {
        (int Entries, long Bytes) erased = default;
        lock (_lock)
        {
            CacheEntry? newer;
            for (CacheEntry? entry = _oldest; entry is not null; entry = newer)
            {
                newer = entry.Newer;
                if (matches(entry))
                {
                    Remove(entry);
                    erased = (erased.Entries + 1, erased.Bytes + entry.Size);
                }
            }
        }

        instruments.Removed("erased", erased);
        return erased.Entries;
    }

    private (int Entries, long Bytes) EvictTo(long bytes)
    {
        (int Entries, long Bytes) evicted = default;
        while (_bytes > bytes && _oldest is not null)
        {
            CacheEntry candidate = _hand ?? _oldest;
            while (candidate.Visited)
            {
                candidate.Visited = false;
                candidate = candidate.Newer ?? _oldest;
            }

            _hand = candidate;
            Remove(candidate);
            evicted = (evicted.Entries + 1, evicted.Bytes + candidate.Size);
        }

        return evicted;
    }

    private void Link(CacheEntry entry)
    {
        _entries.Add(entry.Key, entry);
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = entry;
        }

        _newest = entry;
        _oldest ??= entry;
        _bytes += entry.Size;
    }

    private void Remove(CacheEntry entry)
    {
        if (ReferenceEquals(_hand, entry))
        {
            _hand = entry.Newer;
        }

        if (entry.Older is { } older)
        {
            older.Newer = entry.Newer;
        }
        else
        {
            _oldest = entry.Newer;
        }

        if (entry.Newer is { } newer)
        {
            newer.Older = entry.Older;
        }
        else
        {
            _newest = entry.Older;
        }

        entry.Older = null;
        entry.Newer = null;
        _entries.Remove(entry.Key);
        _bytes -= entry.Size;
    }
}
