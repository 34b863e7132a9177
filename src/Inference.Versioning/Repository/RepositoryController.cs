using Inference.Decisions;
using Inference.Status;
using Inference.Versioning.Audit;
using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.Loading;
using Inference.Versioning.Manifest;
using Inference.Versioning.Options;
using Inference.Versioning.Routing;
using Inference.Versioning.Shadow;
using Inference.Versioning.State;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.Repository;

/// <summary>Keeps the loaded versions in step with the selected ones. Changes happen one at a time, under <c>_gate</c>, which is never held while a model loads; calls never wait for it: they read the routing table.</summary>
internal sealed partial class RepositoryController : IModelVersions
{
    private static readonly TimeSpan s_followInterval = TimeSpan.FromSeconds(1);

    // A load holds the first throughout and the second only briefly; the first is never awaited while the second is held.
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly RepositorySetup _setup;
    private readonly RepositoryScanner _scanner;
    private readonly VersionLoader _loader;
    private readonly DecisionLog _log;
    private readonly LogSigner? _signer;
    private readonly VersioningInstruments _instruments;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _tableLock = new();
    private readonly Dictionary<string, VersionSlot> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FailedLoad> _failed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Stamp, long Since)> _settling = new(StringComparer.Ordinal);
    private readonly List<VersionSlot> _draining = [];
    private readonly List<VersionSlot> _replaced = [];

    // The versions that decisions in progress wait for.
    private readonly List<string> _needed = [];
    private IReadOnlyList<VersionFolder> _folders = [];
    private VersioningOptions _options;
    private VersionSlot? _default;
    private CanaryTrial? _trial;
    private ShadowLane? _shadow;
    private VariantArms? _variantArms;
    private RoutingTable? _table;
    private bool _isClosed;
    private Snapshot _known = new([], [], [], new Dictionary<string, FailedLoad>(), new RepositoryState(), null, null);
    private Tuple<ModelState, string> _status = Tuple.Create(ModelState.Loading, "");
    private string? _rejectedOptions;
    private string? _repositoryTrouble;
    private string? _watchTrouble;
    private volatile bool _settleAgain;

    public RepositoryController(RepositorySetup setup, VersioningOptions options)
    {
        _setup = setup;
        _options = options;
        _scanner = new RepositoryScanner(setup.Root, directory => VersionTrust.TryReadFacts(directory, Options.Signing, setup.ModelName, setup.Clock.GetUtcNow()));
        _loader = new VersionLoader(setup.ModelName, setup.Loader, setup.LoadOptions, setup.Wrap, setup.Clock, setup.Logger);
        _signer = LogSigner.TryCreate(options.Audit, setup.ModelName);
        _log = new DecisionLog(StoreOf(setup, options), setup.ModelName, setup.Clock, setup.Logger, _signer);
        _instruments = new VersioningInstruments(setup.ModelName, setup.Meters);
    }

    public string ModelName => _setup.ModelName;

    /// <summary>The store of a repository's decisions.</summary>
    public static IDecisionStore StoreOf(RepositorySetup setup, VersioningOptions options) =>
        setup.Decisions ?? new FileDecisionStore(options.StateDirectory ?? Path.Combine(setup.Root, ".inference"), setup.ModelName, setup.Clock, setup.Logger);

    /// <summary>Recorded refused versions.</summary>
    internal int NotedFailures => Volatile.Read(ref _known).Failed.Count;

    public VersioningInstruments Instruments => _instruments;

    public RepositorySetup Setup => _setup;

    public VersioningOptions Options => Volatile.Read(ref _options);

    /// <summary>The current routing table; null once closed.</summary>
    public RoutingTable? Table => Volatile.Read(ref _table);

    /// <summary>Cancelled when the repository closes.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Raised, under the gate, when the default version has changed.</summary>
    public event Action? DefaultChanged;

    /// <summary>Why the last attempt to read the repository failed; null if it succeeded.</summary>
    public string? RepositoryTrouble
    {
        get => Volatile.Read(ref _repositoryTrouble);
        set => Volatile.Write(ref _repositoryTrouble, value);
    }

    /// <summary>Why changes of the repository are not notified; null if they are.</summary>
    public string? WatchTrouble
    {
        get => Volatile.Read(ref _watchTrouble);
        set => Volatile.Write(ref _watchTrouble, value);
    }

    public string DefaultVersion => (Table ?? throw Closed()).Default.Version;

    public CanaryStatus? Canary => Table?.Trial is { IsStopped: false } trial ? trial.Snapshot() : null;

    public ShadowReport? Shadow => Table?.Shadow?.Report;

    public IReadOnlyList<ModelVersionStatus> Versions => Describe(Volatile.Read(ref _known));

    public ValueTask<IReadOnlyList<Decision>> ReadAuditAsync(CancellationToken cancellationToken = default) => _log.ReadAllAsync(cancellationToken);

    /// <summary>The versions that are loaded, those that drain included.</summary>
    public IEnumerable<VersionSlot> LoadedSlots
    {
        get
        {
            Snapshot known = Volatile.Read(ref _known);
            return known.Slots.Concat(known.Draining);
        }
    }

    /// <summary>Whether decisions are not written yet.</summary>
    internal bool HasUnwritten => _log.HasUnwritten;

    public void ReportMetric(string version, double value)
    {
        if (Table is { Trial: { } trial } table)
        {
            if (version == trial.Slot.Version)
            {
                trial.ObserveMetric(true, value);
            }
            else if (version == table.Default.Version)
            {
                trial.ObserveMetric(false, value);
            }
        }
    }

    /// <summary>Applies changed options; the caller triggers the next reconciliation, which loads what they select.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are invalid; the previous ones remain in effect.</exception>
    public void SetOptions(VersioningOptions options)
    {
        VersioningOptionsRules.Require(ModelName, options);
        Interlocked.CompareExchange(ref _optionsBefore, Options, null);
        Volatile.Write(ref _options, options);
        _rejectedOptions = null;
        _scanner.Distrust();
    }

    /// <summary>Records that changed options were rejected.</summary>
    public void OptionsRejected(Exception exception)
    {
        _rejectedOptions = exception.Message;
        VersioningLog.OptionsRejected(_setup.Logger, ModelName, exception.Message);
    }

    /// <summary>Stops serving: calls in flight finish, then their versions are unloaded.</summary>
    /// <returns>Completes when everything is unloaded.</returns>
    public async ValueTask CloseAsync()
    {
        lock (_tableLock)
        {
            _isClosed = true;
            Volatile.Write(ref _table, null);
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _loading.WaitAsync().ConfigureAwait(false);
        await _gate.WaitAsync().ConfigureAwait(false);
        Task[] unloaded;
        try
        {
            _shadow?.Stop();
            _trial?.Stop();
            foreach (VersionSlot slot in _slots.Values.Concat(_replaced))
            {
                Drain(slot);
            }

            _slots.Clear();
            _replaced.Clear();
            _default = null;
            Volatile.Write(ref _status, Tuple.Create(ModelState.Failed, "The model was disposed."));
            unloaded = [.. _draining.Select(s => s.Unloaded)];
            Remember();
            if (_log.HasUnwritten)
            {
                // The last opportunity to write them.
                await _log.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            }

            await _log.SignAsync("the model was closed", CancellationToken.None).ConfigureAwait(false);
            _signer?.Dispose();
        }
        finally
        {
            _gate.Release();
            _loading.Release();
        }

        await Task.WhenAll(unloaded).ConfigureAwait(false);
        _instruments.Dispose();
    }

    /// <summary>Reads the repository and the log. If the repository cannot be listed, decisions about loaded versions are still possible.</summary>
    private async ValueTask OpenAsync(bool scan, CancellationToken cancellationToken)
    {
        if (_default is null || _closing.IsCancellationRequested)
        {
            throw Closed();
        }

        await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (scan)
        {
            try
            {
                Scan(now: true);
            }
            catch (ModelLoadException exception)
            {
                VersioningLog.RefreshFailed(_setup.Logger, ModelName, exception.Message);
            }
        }
    }

    // On the pool: the caller whose call triggered the decision must not wait for files.
    private void Background(Func<CancellationToken, ValueTask> work) => _ = Task.Run(async () =>
    {
        try
        {
            _closing.Token.ThrowIfCancellationRequested();
            await work(_closing.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException && _closing.IsCancellationRequested)
        {
            // Closing.
        }
        catch (Exception exception)
        {
            VersioningLog.RefreshFailed(_setup.Logger, ModelName, exception.Message);
        }
    });

    // A load that ends while the repository is closing must not reopen it.
    private void SetTable(RoutingTable table)
    {
        lock (_tableLock)
        {
            Volatile.Write(ref _table, _isClosed ? null : table);
        }
    }

    private ObjectDisposedException Closed() => new(nameof(VersionedModelRunner), $"Model '{ModelName}' was disposed.");

    private void Drain(VersionSlot slot)
    {
        _draining.RemoveAll(s => s.Unloaded.IsCompleted);
        _draining.Add(slot);
        slot.Retire();
    }

    private void OnUnloaded(VersionSlot slot, Exception? error)
    {
        _instruments.Loaded(slot, -1);
        if (error is not null)
        {
            VersioningLog.UnloadFailed(_setup.Logger, ModelName, slot.Version, error.Message);
        }
        else
        {
            VersioningLog.Unloaded(_setup.Logger, ModelName, slot.Version);
        }
    }
}
