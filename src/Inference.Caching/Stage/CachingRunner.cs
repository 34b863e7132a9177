using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inference.Caching.Diagnostics;
using Inference.Caching.Flights;
using Inference.Caching.SecondLevel;
using Inference.Caching.Store;
using Inference.Caching.Units;
using Inference.Feedback;
using Inference.Rows;
using Inference.Security;
using Inference.Status;

namespace Inference.Caching.Stage;

/// <summary>Answers known rows from memory and runs only the others; see <see cref="CachingOptions"/>.</summary>
internal sealed class CachingRunner : DelegatingModelRunner, ICacheControl, IErasable
{
    // Names are part of every entry: calls with longer ones run without the cache.
    private const int LongestName = 1024;
    private readonly TimeProvider _clock;
    private readonly StageOptions<CachingOptions> _options;
    private readonly RowStore _store;
    private readonly LayoutCatalog _layouts;
    private readonly AdmissionController _admission;
    private readonly CacheInstruments _instruments;
    private readonly MissRunner _missRunner;
    private readonly SecondLevelCache? _secondLevel;
    private readonly UInt128 _seed;
    private readonly bool _whole;
    private int _disposed;

    public CachingRunner(
        IModelRunner inner,
        TimeProvider clock,
        CacheInstruments instruments,
        SecondLevelCache? secondLevel,
        StageOptions<CachingOptions> options,
        Action<bool> switched)
        : base(inner)
    {
        ModelInfo info = inner.Info;
        _clock = clock;
        _instruments = instruments;
        _whole = UnitLayout.IsWhole(info);
        _layouts = new LayoutCatalog([.. info.Inputs.Select(p => p.Name)], _whole);
        _options = options;
        _store = new RowStore(options.Current.MaxBytes, instruments);
        options.OnChange(changed => _store.SetBudget(changed.MaxBytes));
        _admission = new AdmissionController(clock, () => _store.Counts.Hits, switched);
        _secondLevel = secondLevel;
        if (options.Current.SecondLevel.Enabled && secondLevel is null)
        {
            throw new InferenceException($"Model '{info.Name}', UseCaching: expected a registered IDistributedCache because SecondLevel.Enabled is true, found none. Register one, or set SecondLevel.Enabled to false.");
        }

        // Random in each process, so that callers cannot construct rows with colliding keys.
        UInt128 random = new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        _seed = RowHash.OfBytes(MemoryMarshal.AsBytes($"{info.Digest}|{info.Provider}".AsSpan()), random);
        _missRunner = new MissRunner(inner, clock, _store, _whole, secondLevel, _admission, instruments);
    }

    public CacheStatistics Statistics
    {
        get
        {
            (long entries, long bytes, long hits, long misses) = _store.Counts;
            return new CacheStatistics { Entries = entries, Bytes = bytes, Hits = hits, Misses = misses, IsOn = _admission.State };
        }
    }

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        CachingOptions options = _options.Current;
        if (context is { BypassCache: true } or { Tenant.Length: > LongestName } or { Subject.Length: > LongestName } || (options.Adaptive && !_admission.IsOn) || _layouts.Find(inputs) is not { } layout)
        {
            return Inner.RunAsync(inputs, context, cancellationToken);
        }

        int units = 1;
        if (!_whole && !BatchRows.TryCount(inputs, out units))
        {
            // Changed since its layout was found: the model reports the error.
            return Inner.RunAsync(inputs, context, cancellationToken);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }

        long start = _clock.GetTimestamp();
        var query = new UnitQuery(inputs, layout, units, new DataOwner(context?.Tenant, context?.Subject), SeedFor(layout, context?.Tenant));
        return units switch
        {
            0 => Inner.RunAsync(inputs, context, cancellationToken),
            1 => RunOne(query, context, start, options, cancellationToken),
            _ => RunMany(query, context, start, options, cancellationToken),
        };
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) ? null : base.GetService(serviceType, serviceKey);

    public void Clear() => _store.Erase(static _ => true);

    public async ValueTask<bool> EraseTenantAsync(string? tenant, CancellationToken cancellationToken = default)
    {
        _store.Erase(IsOfTenant);
        if (_secondLevel is null || !_options.Current.SecondLevel.Enabled)
        {
            return true;
        }

        bool erased = await _secondLevel.EraseAsync(tenant, _options.Current.SecondLevel, cancellationToken).ConfigureAwait(false);

        // Calls that came meanwhile may have brought rows back from there.
        _store.Erase(IsOfTenant);
        return erased;

        bool IsOfTenant(CacheEntry entry) => string.Equals(entry.Tenant, tenant, StringComparison.Ordinal);
    }

    public async ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        Func<CacheEntry, bool> matches = owner.Subject is { } subject
            ? entry => string.Equals(entry.Owner.Subject, subject, StringComparison.Ordinal)
            : entry => string.Equals(entry.Tenant, owner.Tenant, StringComparison.Ordinal);
        long erased = _store.Erase(matches);
        if (_secondLevel is { } second && _options.Current.SecondLevel.Enabled)
        {
            if (owner.Tenant is { } tenant && !await second.EraseAsync(tenant, _options.Current.SecondLevel, cancellationToken).ConfigureAwait(false))
            {
                throw new InferenceException($"Model '{Info.Name}': the second level of the cache did not answer; rows of the tenant may be left in it. Repeat the erasure.");
            }

            await second.DestroyAsync(owner, cancellationToken).ConfigureAwait(false);

            // Calls that came meanwhile may have brought rows back from there.
            erased += _store.Erase(matches);
        }

        ErasureReport? below = Inner.GetService<IErasable>() is { } inner ? await inner.EraseAsync(owner, cancellationToken).ConfigureAwait(false) : null;
        return new ErasureReport(owner, CachedRows: erased).With(below);
    }

    public override ValueTask DisposeAsync()
    {
        Close();
        return base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _options.Dispose();
            _store.Close();
        }
    }

    private ValueTask<NamedValues> RunOne(in UnitQuery query, RunContext? context, long start, CachingOptions options, CancellationToken cancellationToken)
    {
        UnitSlot slot = LookUp(query, 0, start);
        if (slot.Entry is not { } entry)
        {
            return _missRunner.RunAsync(Keep(query), [slot], context, start, options, cancellationToken);
        }

        _instruments.Rows("hit", 1);
        context?.Record.AddStep("cache:hit");
        NamedValues outputs = entry.OutputLayout!.Allocate(1);
        entry.OutputLayout.Write(entry.Outputs, outputs, 0);
        return new ValueTask<NamedValues>(outputs);
    }

    private ValueTask<NamedValues> RunMany(in UnitQuery query, RunContext? context, long start, CachingOptions options, CancellationToken cancellationToken)
    {
        UnitSlot[] slots = ArrayPool<UnitSlot>.Shared.Rent(query.Units);
        try
        {
            int hits = 0;
            for (int unit = 0; unit < query.Units; unit++)
            {
                slots[unit] = LookUp(query, unit, start);
                hits += slots[unit].Entry is null ? 0 : 1;
            }

            _instruments.Rows("hit", hits);
            if (hits == query.Units && MissRunner.TryAssemble(slots.AsSpan(0, hits)) is { } outputs)
            {
                context?.Record.AddStep("cache:hit");
                return new ValueTask<NamedValues>(outputs);
            }

            return _missRunner.RunAsync(Keep(query), slots.AsSpan(0, query.Units).ToArray(), context, start, options, cancellationToken);
        }
        finally
        {
            ArrayPool<UnitSlot>.Shared.Return(slots, clearArray: true);
        }
    }

    private UnitSlot LookUp(in UnitQuery query, int unit, long now)
    {
        UInt128 key = query.Layout.HashOf(query.Inputs, unit, query.Seed);
        return new UnitSlot(key, _store.For(key).Find(key, query.Owner.Tenant, query.Layout, query.Inputs, unit, now));
    }

    // A separate set: the values that were looked up are those that run and are stored, whatever the caller does with its set meanwhile.
    private UnitQuery Keep(in UnitQuery query)
    {
        NamedValues inputs = query.Inputs.Snapshot();
        return query.Layout.Matches(inputs) && (_whole || ((TensorValue)inputs.GetAt(0).Value).Shape[0] == query.Units) ? query with { Inputs = inputs } : throw new InvalidInputException(
            "The set of inputs was changed or disposed by another thread while it was looked up. Do not use it until the call has completed.");
    }

    private UInt128 SeedFor(UnitLayout layout, string? tenant) =>
        tenant is null ? _seed ^ layout.Hash : RowHash.OfBytes(MemoryMarshal.AsBytes(tenant.AsSpan()), _seed ^ layout.Hash);
}
