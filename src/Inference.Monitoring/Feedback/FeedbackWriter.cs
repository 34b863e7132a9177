using System.Collections.Concurrent;
using System.Numerics;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// Writes predictions and reports to the store, on one task: in each step it takes the reports that wait, then the predictions of calls answered until then, so that a report is never written before its prediction; then it writes
/// both, in batches. If the store fails, predictions and reports wait within bounds, and it is tried again after a pause.
/// </summary>
internal sealed partial class FeedbackWriter : IAsyncDisposable
{
    // The predictions, and the reports, of one write.
    private const int MostOfWrite = 4096;

    // Slots keep their memory: of all together at most so much, if calls are as large as they may be.
    private const long MostRingBytes = 64 << 20;
    private const int MostSlots = 8192;
    private const int FewestSlots = 64;

    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromMilliseconds(100);

    // A query that mostly finds nothing, and a small part of any retention but the shortest.
    private static readonly TimeSpan s_longestExpiry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(50);

    // How long a prediction of another process may take to the store.
    private static readonly TimeSpan s_underway = TimeSpan.FromSeconds(2);
    private readonly WriterSetup _setup;
    private readonly PredictionRing _ring;
    private readonly ConcurrentQueue<OpenReport> _incoming = new();
    private readonly ConcurrentQueue<WriterCommand> _commands = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Queue<KeptPrediction> _predictions = new();
    private readonly Queue<OpenReport> _reports = new();
    private readonly List<OpenReport> _underway = [];
    private readonly HeldReports _held = new();
    private readonly DroppedSpans _dropped = new();
    private readonly ITimer _timer;
    private readonly Task _loop;
    private Task? _hung;
    private Task? _waking;
    private long _waiting;
    private long _pending;
    private long _predictionBytes;
    private long _retriedAt;

    // The predictions that were there when reports were taken, and are not written yet.
    private int _due;
    private long _droppedFrom;
    private int _signalled;
    private int _failures;
    private long _firstFailure;
    private long _failedAt;
    private bool _isQueueShown;
    private long _expiredAt;
    private bool _open;
    private volatile bool _closing;
    private volatile bool _closed;

    // Ends when reports that are underway are to be tried again.
    private Task _retry = Task.CompletedTask;

    public FeedbackWriter(WriterSetup setup)
    {
        _setup = setup;
        long slots = Math.Clamp(MostRingBytes / Math.Max(setup.SlotBytes, 1), FewestSlots, Math.Min(setup.Options.QueueCapacity, MostSlots));
        _ring = new PredictionRing(1 << BitOperations.Log2((uint)slots));
        _expiredAt = setup.Clock.GetTimestamp();
        _timer = setup.Clock.CreateTimer(static state => ((FeedbackWriter)state!).Wake(), this, setup.Options.FlushInterval, setup.Options.FlushInterval);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The predictions that wait.</summary>
    public long Pending => _ring.Count + Volatile.Read(ref _pending);

    /// <summary>The reports that wait.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether the last write succeeded.</summary>
    public FeedbackStoreState State { get; private set; }

    /// <summary>Why it did not.</summary>
    public string? Error { get; private set; }

    /// <summary>A slot for a prediction; null if the ring is full.</summary>
    /// <param name="at">The time, UTC ticks.</param>
    /// <param name="position">Its position.</param>
    public PredictionSlot? Claim(long at, out long position)
    {
        PredictionSlot? slot = _ring.TryClaim(out position);
        if (slot is null)
        {
            _setup.Counters.DropPrediction();
            Interlocked.CompareExchange(ref _droppedFrom, at, 0);
            Wake();
        }

        return slot;
    }

    /// <summary>Hands a filled slot over.</summary>
    public void Publish(PredictionSlot slot, long position)
    {
        PredictionRing.Publish(slot, position);
        if ((position & ((_ring.Capacity / 4) - 1)) == 0 && _ring.Count >= _ring.Capacity / 4)
        {
            Wake();
        }
    }

    /// <summary>Reserves room for reports.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryReserve(int count)
    {
        if (Interlocked.Add(ref _waiting, count) <= _setup.Options.QueueCapacity)
        {
            return true;
        }

        Interlocked.Add(ref _waiting, -count);
        return false;
    }

    /// <summary>Adds a report for which room is reserved; <see cref="Send"/> must follow.</summary>
    public void Add(in OpenReport report) => _incoming.Enqueue(report);

    /// <summary>Wakes the writer for the reports that were added.</summary>
    public void Send()
    {
        Wake();
        if (_closed)
        {
            Abandon();
        }
    }

    /// <summary>Carries out a command between writes.</summary>
    public Task<T> CallAsync<T>(Func<Task<T>> run)
    {
        var command = new WriterCommand<T>(run);
        _commands.Enqueue(command);
        Wake();
        if (_closed)
        {
            command.Cancel();
        }

        return command.Done;
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            _wake.Release();
        }
    }

    /// <summary>Writes what waits, for as long as one write may take, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _closing = true;
        Wake();
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Waking().ConfigureAwait(false);
            Woken();
            bool last = _closing;
            try
            {
                await StepAsync().ConfigureAwait(false);
                await ObeyAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The loop must go on: without it reports would wait for ever.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
                Hold();
            }

            if (last)
            {
                Close();
                return;
            }
        }
    }

    /// <summary>Completes when there is something to do; the same task until <see cref="Woken"/> is called.</summary>
    private Task Waking() => _waking ??= _wake.WaitAsync();

    private void Woken()
    {
        _waking = null;
        Volatile.Write(ref _signalled, 0);
    }

    private async Task ObeyAsync()
    {
        while (_commands.TryDequeue(out WriterCommand? command))
        {
            await command.RunAsync().ConfigureAwait(false);
        }
    }

    private void Close()
    {
        // Whoever adds something from now on sees it and answers himself; what was added before is answered here.
        _closed = true;
        Interlocked.MemoryBarrier();
        while (_commands.TryDequeue(out WriterCommand? command))
        {
            command.Cancel();
        }

        Abandon();
        while (_reports.TryDequeue(out OpenReport report))
        {
            Answer(report, FeedbackAnswer.Dropped);
        }

        foreach (OpenReport report in _underway)
        {
            Answer(report, FeedbackAnswer.Unknown);
        }

        int lost = _held.Count;
        if (lost > 0 || _predictions.Count > 0)
        {
            _setup.LogLost(lost, _predictions.Count);
        }
    }

    /// <summary>Answers reports that came too late.</summary>
    private void Abandon()
    {
        while (_incoming.TryDequeue(out OpenReport report))
        {
            Answer(report, FeedbackAnswer.Dropped);
        }
    }

    /// <summary>Takes reports, then predictions.</summary>
    private void Take()
    {
        while (_incoming.TryDequeue(out OpenReport report))
        {
            _reports.Enqueue(report);
        }

        TakePredictions();
    }

    private void TakePredictions()
    {
        if (Interlocked.Exchange(ref _droppedFrom, 0) is not 0 and var from)
        {
            _dropped.Add(new DateTimeOffset(from, TimeSpan.Zero), _setup.Clock.GetUtcNow());
        }

        // As many as there may be now: what comes meanwhile is for the next time.
        for (int i = 0; i < _ring.Capacity && _ring.TryTake() is { } slot; i++)
        {
            KeptPrediction? kept = null;
            try
            {
                kept = slot.Id == Guid.Empty ? null : HasRoom ? _setup.Keep(slot) : Drop(slot);
            }
#pragma warning disable CA1031 // The application's Redact may throw anything: what it did not redact is not kept.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _setup.Counters.Error();
                _setup.LogUnreadable(exception);
            }
            finally
            {
                _ring.Release(slot);
            }

            if (kept is not null)
            {
                _predictions.Enqueue(kept);
                _predictionBytes += kept.EstimateBytes();
            }
        }

        Volatile.Write(ref _pending, _predictions.Count);
    }

    private bool HasRoom => _predictions.Count < _setup.Options.QueueCapacity && _predictionBytes < _setup.Options.MaxQueuedBytes;

    private KeptPrediction? Drop(PredictionSlot slot)
    {
        var at = new DateTimeOffset(slot.At, TimeSpan.Zero);
        _setup.Counters.DropPrediction();
        _dropped.Add(at, at);
        return null;
    }
}
