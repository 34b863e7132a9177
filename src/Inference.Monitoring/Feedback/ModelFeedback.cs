using Inference.Feedback;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Feedback;

/// <summary>The feedback of one model: keeps calls, takes reports, erases, delivers outcomes. Thread-safe. An error in it never fails a call.</summary>
internal sealed partial class ModelFeedback : IFeedback, IFeedbackStatus, IErasable, IOutcomeFeed, IDisposable, IAsyncDisposable
{
    private readonly FeedbackOptions _options;
    private readonly CapturePlan _plan;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IFeedbackStore _store;
    private readonly FeedbackCounters _counters;
    private readonly FeedbackInstruments _instruments;
    private readonly FeedbackWriter _writer;
    private readonly byte[] _subjectKey;
    private readonly DateTimeOffset _started;
    private IOutcomeObserver[] _observers = [];
    private long _receipt = Random.Shared.NextInt64();
    private int _disposed;

    public ModelFeedback(string model, FeedbackOptions options, CapturePlan plan, IFeedbackStore store, TimeProvider clock, ModelConditions? conditions, FeedbackInstruments instruments, ILogger logger)
    {
        ModelName = model;
        _options = options;
        _plan = plan;
        _store = store;
        _clock = clock;
        _logger = logger;
        _instruments = instruments;
        _started = clock.GetUtcNow();
        _counters = new FeedbackCounters(instruments);
        _subjectKey = System.Text.Encoding.UTF8.GetBytes(options.HashKey ?? "");
        _writer = new FeedbackWriter(new WriterSetup
        {
            Model = model,
            Options = options,
            Store = store,
            Clock = clock,
            Counters = _counters,
            Instruments = instruments,
            Conditions = conditions,
            Logger = logger,
            Keep = Keep,
            Joined = OnJoined,
        });
    }

    public string ModelName { get; }

    /// <summary>Keeps a call that was answered. Never throws.</summary>
    public void Keep(NamedValues inputs, NamedValues outputs, RunContext context, ModelInfo info)
    {
        try
        {
            DateTimeOffset now = _clock.GetUtcNow();
            Guid id = context.Record.PredictionIdAt(now);
            if (!PredictionIds.IsKept(id, _options.Share))
            {
                return;
            }

            long at = Microseconds.Floor(now).Ticks;
            if (_writer.Claim(at, out long position) is not { } slot)
            {
                return;
            }

            slot.Id = Guid.Empty;
            try
            {
                slot.At = at;
                slot.Version = context.Record.VersionServed ?? info.Version;
                slot.Arm = context.Record.Arm;
                slot.Subject = context.Subject;
                _plan.Capture(inputs, outputs, slot);
                slot.Id = id;
            }
            finally
            {
                _writer.Publish(slot, position);
            }
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the caller has its answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _counters.Error();
            _lastError = exception;
        }
    }

    private Exception? _lastError;

    public IDisposable Subscribe(IOutcomeObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        while (true)
        {
            IOutcomeObserver[] observers = Volatile.Read(ref _observers);
            if (Interlocked.CompareExchange(ref _observers, [.. observers, observer], observers) == observers)
            {
                return new Subscription(this, observer);
            }
        }
    }

    public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await foreach (JoinedOutcome outcome in _store.ReadJoinedAsync(from, to, cancellationToken).ConfigureAwait(false))
        {
            yield return outcome;
        }
    }

    /// <summary>Writes what waits; returns when it is written, or known that it cannot be at present.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _writer.CallAsync(static () => Task.FromResult(true)).WaitAsync(cancellationToken);

    public async ValueTask<ErasureReport> EraseAsync(string subject, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        string hash = Redactor.Subject(_subjectKey, subject);
        (long predictions, long reports) = await _writer.CallAsync(() => _writer.EraseAsync(hash)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new ErasureReport(subject, predictions, reports, 0);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _writer.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _store.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A store of the application's own that throws keeps nothing from being released.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, ModelName, exception);
        }
    }

    private KeptPrediction Keep(PredictionSlot slot) => _plan.Keep(slot, subject => Redactor.Subject(_subjectKey, subject));

    private void OnJoined(JoinedOutcome outcome)
    {
        if (outcome.Replaced is null)
        {
            TimeSpan delay = outcome.ReportedAt - outcome.PredictedAt;
            _instruments.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        }

        foreach (IOutcomeObserver observer in Volatile.Read(ref _observers))
        {
            try
            {
                observer.OnJoined(outcome);
            }
#pragma warning disable CA1031 // One observer must not keep others from being told, nor reports from being answered.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogObserver(_logger, ModelName, exception);
            }
        }
    }

    private void Unsubscribe(IOutcomeObserver observer)
    {
        while (true)
        {
            IOutcomeObserver[] observers = Volatile.Read(ref _observers);
            int place = Array.IndexOf(observers, observer);
            if (place < 0 || Interlocked.CompareExchange(ref _observers, [.. observers[..place], .. observers[(place + 1)..]], observers) == observers)
            {
                return;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Model '{Model}': an observer of outcomes failed.")]
    private static partial void LogObserver(ILogger logger, string model, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Model '{Model}': the store of feedback could not be closed.")]
    private static partial void LogFailed(ILogger logger, string model, Exception exception);

    private sealed class Subscription(ModelFeedback feedback, IOutcomeObserver observer) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                feedback.Unsubscribe(observer);
            }
        }
    }
}
