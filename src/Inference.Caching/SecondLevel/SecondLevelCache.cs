using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Inference.Caching.Diagnostics;
using Inference.Caching.Store;
using Inference.Caching.Units;
using Inference.Security;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.SecondLevel;

/// <summary>
/// The second level. Keys are SHA-256 over model, provider, layout, tenant, the tenant's salt and the row; erasing a tenant changes its salt, so that
/// nothing written before can be found again. Every failure counts as a miss, and so does an entry whose checksum or layout is not what the call expects. Names and
/// texts go into keys as UTF-16, as they are. Thread-safe.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="info">The model.</param>
/// <param name="clock">The clock.</param>
/// <param name="instruments">Told of operations.</param>
/// <param name="keys">The keys that entries are encrypted under; null for none: entries of calls about a subject are then not written, because they could not be erased.</param>
/// <param name="refused">Told, once a minute at most, how many entries were refused since and why the last was.</param>
internal sealed class SecondLevelCache(IDistributedCache cache, ModelInfo info, TimeProvider clock, CacheInstruments instruments, ISubjectKeys? keys, Action<long, string> refused)
{
    // Part of the keys: an entry of another format is not found.
    private const byte Format = 2;

    // About 1 MB of names and salts; with more tenants they are read again now and then.
    private const int MostSalts = 4096;

    // A cache that never answers leaves its look-ups pending: beyond this many, it is not used until some of them end.
    private const int MostLookups = 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Salt, long ReadAt)> _salts = [];
    private readonly string _identity = $"{Format}|{info.Digest}|{info.Provider}";
    private readonly OutputSignature _signature = new(info, UnitLayout.IsWhole(info));
    private readonly RefusalLog _refusals = new(clock, refused);
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
    /// <param name="drafts">The entries.</param>
    /// <param name="layouts">The layouts of outputs that are known.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">The call's token.</param>
    /// <returns>The keys of the drafts that were looked up, from the first on.</returns>
    public async Task<SecondLevelKey[]> FindAsync(IReadOnlyList<CacheEntry> drafts, LayoutCatalog layouts, SecondLevelOptions options, CancellationToken cancellationToken)
    {
        bool broken = IsBroken;
        if (broken || Interlocked.Increment(ref _pendingLookups) > MostLookups)
        {
            Interlocked.Add(ref _pendingLookups, broken ? 0 : -1);
            instruments.SecondLevel("skipped");
            return [];
        }

        // On the pool: a cache that blocks its caller must not block the call.
        var own = new SecondLevelKey[Math.Min(drafts.Count, options.MaxRowsPerCall)];
        (UnitLayout Layout, UnitData Data)?[] found;
        Task<(UnitLayout Layout, UnitData Data)?[]> lookup = Task.Run(() => LookUpAsync(drafts, own, options), CancellationToken.None);
        try
        {
            // Where the thread waits for the call, it waits here: a continuation would need one of the pool.
            found = SynchronousCall.IsCurrent && ReferenceEquals(clock, TimeProvider.System) && !lookup.Wait(options.Timeout, cancellationToken)
                ? throw new TimeoutException()
                : await lookup.WaitAsync(options.Timeout, clock, cancellationToken).ConfigureAwait(false);
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
                drafts[i].Complete(layouts.Known(answer.Layout), answer.Data);
            }

            instruments.SecondLevel(found[i] is null ? "miss" : "hit");
        }

        return own;
    }

    /// <summary>Writes an entry in the background; drops it if too many are pending.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="known">Its key, if it was looked up.</param>
    /// <param name="options">The options.</param>
    /// <param name="isCurrent">Whether nothing was erased since the entry was computed.</param>
    public void Write(CacheEntry entry, SecondLevelKey? known, SecondLevelOptions options, Func<bool> isCurrent)
    {
        // Declared shapes are claims: what does not keep to them would not be served.
        if (_signature.WhyNot(entry.InputLayout, entry.OutputLayout!) is not null)
        {
            instruments.SecondLevel("dropped");
            return;
        }

        if (IsBroken || (entry.Owner.Subject is not null && keys is null))
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

    /// <summary>Destroys the key of a subject or a tenant: what was encrypted under it can be read no more.</summary>
    /// <exception cref="KeyException">The key could not be destroyed.</exception>
    public async ValueTask DestroyAsync(DataOwner owner, CancellationToken cancellationToken)
    {
        if (keys is not null)
        {
            await keys.DestroyAsync(owner, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsBroken => clock.GetTimestamp() < Volatile.Read(ref _brokenUntil);

    private async Task<(UnitLayout Layout, UnitData Data)?[]> LookUpAsync(IReadOnlyList<CacheEntry> drafts, SecondLevelKey[] own, SecondLevelOptions options)
    {
        try
        {
            byte[] salt = await SaltAsync(drafts[0].Tenant, options).ConfigureAwait(false);
            var reads = new Task<byte[]?>[own.Length];
            for (int i = 0; i < reads.Length; i++)
            {
                own[i] = Key(drafts[i], salt);
                reads[i] = cache.GetAsync(own[i].Text);
            }

            byte[]?[] values = await Task.WhenAll(reads).ConfigureAwait(false);
            var found = new (UnitLayout, UnitData)?[values.Length];
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = values[i] is { } value ? await DecodeAsync(drafts[i], own[i].Text, value, options).ConfigureAwait(false) : null;
            }

            return found;
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

            // The salt may have changed since the look-up.
            string key = known is not null && salt.AsSpan().SequenceEqual(known.Salt) ? known.Text : Key(entry, salt).Text;
            byte[] value = EntrySeal.Close(key, UnitCodec.Encode(Format, entry.OutputLayout!, entry.Outputs));
            value = keys is null ? value : await keys.ProtectAsync(entry.Owner, ContextOf(key), value).ConfigureAwait(false);
            if (!isCurrent())
            {
                // With a salt or a key from before the erasure the row could never be read; with new ones it would be back.
                instruments.SecondLevel("dropped");
                return;
            }

            value = options.Protect is { } protect ? protect(entry.Tenant, value) : value;
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

    // What another model, version or row wrote, and what was damaged, is as good as missing.
    private async ValueTask<(UnitLayout, UnitData)?> DecodeAsync(CacheEntry draft, string key, byte[] value, SecondLevelOptions options)
    {
        byte[] plain;
        try
        {
            plain = options.Unprotect is { } unprotect ? unprotect(draft.Tenant, value) : value;
            if (keys is not null)
            {
                // Of an owner whose key was destroyed: as good as missing.
                if (await keys.UnprotectAsync(ContextOf(key), plain).ConfigureAwait(false) is not { } decrypted)
                {
                    return null;
                }

                plain = decrypted;
            }
        }
        catch (Exception)
        {
            instruments.SecondLevel("error");
            return null;
        }

        if (!EntrySeal.TryOpen(key, plain, out ArraySegment<byte> body))
        {
            return Refuse("its checksum is not that of its bytes and key");
        }

        if (TryDecode(body) is not { } unit)
        {
            return Refuse($"its {body.Count} bytes are no entry of format {Format}");
        }

        return _signature.WhyNot(draft.InputLayout, unit.Layout) is { } why ? Refuse(why) : unit;
    }

    private (UnitLayout, UnitData)? Refuse(string why)
    {
        instruments.SecondLevel("refused");
        _refusals.Note(why);
        return null;
    }

    private static (UnitLayout Layout, UnitData Data)? TryDecode(ArraySegment<byte> body)
    {
        try
        {
            return UnitCodec.TryDecode(Format, body);
        }
        catch (Exception exception) when (exception is IOException or InferenceException or ArithmeticException)
        {
            // It ends early, or its sizes are those of no tensor.
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
        Append(hash, MemoryMarshal.AsBytes(_identity.AsSpan()));
        Append(hash, MemoryMarshal.AsBytes(entry.InputLayout.Text.AsSpan()));
        Append(hash, TenantBytes(entry.Tenant));
        Append(hash, salt);
        Append(hash, entry.Inputs.Bytes);
        foreach (string item in entry.Inputs.Strings)
        {
            Append(hash, MemoryMarshal.AsBytes(item.AsSpan()));
        }

        return new(salt, "inference:row:" + Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static byte[] ContextOf(string key) => [.. "cache row\0"u8, .. Encoding.ASCII.GetBytes(key)];

    private static string SaltKey(string? tenant) => "inference:salt:" + Convert.ToHexStringLower(SHA256.HashData(TenantBytes(tenant)));

    // The first byte tells no tenant from a tenant with an empty name.
    private static byte[] TenantBytes(string? tenant) => tenant is null ? [0] : [1, .. MemoryMarshal.AsBytes(tenant.AsSpan())];

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
