using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Inference.Caching.Diagnostics;
using Inference.Caching.Store;
using Inference.Caching.Units;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.SecondLevel;

/// <summary>
/// The second level. Keys are SHA-256 over model, provider, layout, tenant, the tenant's salt and the row; erasing a tenant changes its salt, so that
/// nothing written before can be found again. Every failure counts as a miss. Thread-safe.
/// </summary>
internal sealed class SecondLevelCache(IDistributedCache cache, ModelInfo info, TimeProvider clock, CacheInstruments instruments)
{
    private const byte Format = 1;

    // About 1 MB of names and salts; with more tenants they are read again now and then.
    private const int MostSalts = 4096;

    // A cache that never answers leaves its look-ups pending: beyond this many, it is not used until some of them end.
    private const int MostLookups = 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Salt, long ReadAt)> _salts = [];
    private readonly byte[] _identity = Encoding.UTF8.GetBytes($"{info.Digest}|{info.Provider}");
    private long _brokenUntil = long.MinValue;
    private long _erasures;
    private int _pendingWrites;
    private int _pendingLookups;

    /// <summary>Tenants whose salts are known.</summary>
    internal int KnownSalts
    {
        get
        {
            lock (_lock)
            {
                return _salts.Count;
            }
        }
    }

    /// <summary>Looks entries up and completes those that are found; the others stay as they are. Never throws and never takes longer than the time-out.</summary>
    /// <returns>The keys of the drafts that were looked up, from the first on.</returns>
    public async Task<SecondLevelKey[]> FindAsync(IReadOnlyList<CacheEntry> drafts, SecondLevelOptions options, CancellationToken cancellationToken)
    {
        bool broken = IsBroken;
        if (broken || Interlocked.Increment(ref _pendingLookups) > MostLookups)
        {
            Interlocked.Add(ref _pendingLookups, broken ? 0 : -1);
            instruments.SecondLevel("skipped");
            return [];
        }

        // On the pool: a cache that blocks its caller must not block the call.
        var keys = new SecondLevelKey[Math.Min(drafts.Count, options.MaxRowsPerCall)];
        (UnitLayout Layout, UnitData Data)?[] found;
        Task<(UnitLayout Layout, UnitData Data)?[]> lookup = Task.Run(() => LookUpAsync(drafts, keys, options), CancellationToken.None);
        try
        {
            found = await lookup.WaitAsync(options.Timeout, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return [];
        }
        catch (Exception exception)
        {
            Break(options);
            instruments.SecondLevel(exception is TimeoutException ? "timeout" : "error");
            Observe(lookup);
            return [];
        }

        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] is { } answer)
            {
                drafts[i].Complete(answer.Layout, answer.Data);
            }

            instruments.SecondLevel(found[i] is null ? "miss" : "hit");
        }

        return keys;
    }

    /// <summary>Writes an entry in the background; drops it if too many are pending.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="known">Its key, if it was looked up.</param>
    /// <param name="options">The options.</param>
    /// <param name="isCurrent">Whether nothing was erased since the entry was computed.</param>
    public void Write(CacheEntry entry, SecondLevelKey? known, SecondLevelOptions options, Func<bool> isCurrent)
    {
        if (IsBroken)
        {
            instruments.SecondLevel("skipped");
            return;
        }

        if (Interlocked.Increment(ref _pendingWrites) > options.MaxPendingWrites)
        {
            Interlocked.Decrement(ref _pendingWrites);
            instruments.SecondLevel("dropped");
            return;
        }

        _ = Task.Run(() => WriteAsync(entry, known, options, isCurrent));
    }

    /// <summary>Changes the salt of a tenant.</summary>
    public async ValueTask<bool> EraseAsync(string? tenant, SecondLevelOptions options, CancellationToken cancellationToken)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        Task write = Task.Run(() => cache.SetAsync(SaltKey(tenant), salt, new DistributedCacheEntryOptions(), cancellationToken), cancellationToken);
        try
        {
            await write.WaitAsync(options.Timeout, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Observe(write);
            instruments.SecondLevel(exception is TimeoutException ? "timeout" : "error");
            return false;
        }

        lock (_lock)
        {
            _erasures++;
            Keep(SaltKey(tenant), salt, clock.GetTimestamp());
        }

        return true;
    }

    private bool IsBroken => clock.GetTimestamp() < Volatile.Read(ref _brokenUntil);

    private async Task<(UnitLayout Layout, UnitData Data)?[]> LookUpAsync(IReadOnlyList<CacheEntry> drafts, SecondLevelKey[] keys, SecondLevelOptions options)
    {
        try
        {
            byte[] salt = await SaltAsync(drafts[0].Tenant, options).ConfigureAwait(false);
            var reads = new Task<byte[]?>[keys.Length];
            for (int i = 0; i < reads.Length; i++)
            {
                keys[i] = Key(drafts[i], salt);
                reads[i] = cache.GetAsync(keys[i].Text);
            }

            byte[]?[] values = await Task.WhenAll(reads).ConfigureAwait(false);
            return Array.ConvertAll(values, value => value is null ? null : Decode(drafts[0].Tenant, value, options));
        }
        finally
        {
            Interlocked.Decrement(ref _pendingLookups);
        }
    }

    private async Task WriteAsync(CacheEntry entry, SecondLevelKey? known, SecondLevelOptions options, Func<bool> isCurrent)
    {
        try
        {
            byte[] salt = await SaltAsync(entry.Tenant, options).ConfigureAwait(false);
            if (!isCurrent())
            {
                // With a salt from before the erasure the row could never be found; with the new one it would be back.
                instruments.SecondLevel("dropped");
                return;
            }

            byte[] value = UnitCodec.Encode(Format, entry.OutputLayout!, entry.Outputs);
            value = options.Protect is { } protect ? protect(entry.Tenant, value) : value;

            // The salt may have changed since the look-up.
            string key = known is not null && salt.AsSpan().SequenceEqual(known.Salt) ? known.Text : Key(entry, salt).Text;
            await cache.SetAsync(key, value, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = options.TimeToLive }).ConfigureAwait(false);
            instruments.SecondLevel("written");
        }
        catch (Exception)
        {
            Break(options);
            instruments.SecondLevel("error");
        }
        finally
        {
            Interlocked.Decrement(ref _pendingWrites);
        }
    }

    private (UnitLayout, UnitData)? Decode(string? tenant, byte[] value, SecondLevelOptions options)
    {
        try
        {
            byte[] plain = options.Unprotect is { } unprotect ? unprotect(tenant, value) : value;
            return UnitCodec.TryDecode(Format, plain);
        }
        catch (Exception)
        {
            // Another key, another version, or damage: as good as missing.
            instruments.SecondLevel("error");
            return null;
        }
    }

    private async Task<byte[]> SaltAsync(string? tenant, SecondLevelOptions options)
    {
        string key = SaltKey(tenant);
        long now = clock.GetTimestamp();
        long erasures;
        lock (_lock)
        {
            erasures = _erasures;
            if (_salts.TryGetValue(key, out var known) && now - known.ReadAt < options.EraseDelay.TotalSeconds * clock.TimestampFrequency)
            {
                return known.Salt;
            }
        }

        byte[] salt = await cache.GetAsync(key).ConfigureAwait(false) ?? [];
        lock (_lock)
        {
            // A salt that was on its way while a tenant was erased may be the one before.
            if (erasures == _erasures)
            {
                Keep(key, salt, now);
            }
        }

        return salt;
    }

    // Under the lock. Salts are read again when they are missing: those of many tenants need not all be kept.
    private void Keep(string key, byte[] salt, long now)
    {
        if (_salts.Count >= MostSalts)
        {
            _salts.Clear();
        }

        _salts[key] = (salt, now);
    }

    private SecondLevelKey Key(CacheEntry entry, byte[] salt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, _identity);
        Append(hash, Encoding.UTF8.GetBytes(entry.InputLayout.Text));
        Append(hash, TenantBytes(entry.Tenant));
        Append(hash, salt);
        Append(hash, entry.Inputs.Bytes);
        foreach (string item in entry.Inputs.Strings)
        {
            Append(hash, MemoryMarshal.AsBytes(item.AsSpan()));
        }

        return new(salt, "inference:row:" + Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static string SaltKey(string? tenant) => "inference:salt:" + Convert.ToHexStringLower(SHA256.HashData(TenantBytes(tenant)));

    // The first byte tells no tenant from a tenant with an empty name.
    private static byte[] TenantBytes(string? tenant) => tenant is null ? [0] : [1, .. Encoding.UTF8.GetBytes(tenant)];

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }

    private void Break(SecondLevelOptions options) =>
        Volatile.Write(ref _brokenUntil, clock.GetTimestamp() + (long)(options.BreakDuration.TotalSeconds * clock.TimestampFrequency));

    private static void Observe(Task task) => _ = task.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
}
