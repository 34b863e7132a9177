using Inference.Feedback;
using Inference.Monitoring.Alerts;
using Inference.Security;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Feedback;

/// <summary>The feedback of one model: keeps calls, takes reports, erases, delivers outcomes. Thread-safe. An error in it never fails a call.</summary>
internal sealed partial class ModelFeedback : IFeedback, IFeedbackStatus, IOutcomeFeed, IExemplarSource, IDisposable, IAsyncDisposable
{
    private readonly FeedbackOptions _options;
    private readonly CapturePlan _plan;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IFeedbackStore _store;
    private readonly ISubjectKeys? _keys;
    private readonly FeedbackCounters _counters;
    private readonly FeedbackInstruments _instruments;
    private readonly FeedbackWriter _writer;
    private readonly IModelRunner _inner;
    private readonly AlertDispatcher? _alerts;
    private readonly ExemplarReservoir? _exemplars;
    private readonly byte[] _subjectKey;
    private readonly Func<string, string> _hashSubject;
    private readonly DateTimeOffset _started;
    private IOutcomeObserver[] _observers = [];
    private long _receipt = Random.Shared.NextInt64();
    private int _unreadable;
    private int _disposed;

    /// <param name="model">The model's name.</param>
    /// <param name="options">The options.</param>
    /// <param name="plan">What is kept of a call.</param>
    /// <param name="store">The store; disposed with this object.</param>
    /// <param name="keys">The keys that the store's values are encrypted under; null for none.</param>
    /// <param name="inner">The runner below: its monitor says which cells changed, and what it keeps of a subject is erased too.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="conditions">The conditions of the model; null for none.</param>
    /// <param name="alerts">Who is told of gaps between groups; null for nobody.</param>
    /// <param name="instruments">The instruments.</param>
    /// <param name="logger">The log.</param>
    public ModelFeedback(
        string model, FeedbackOptions options, CapturePlan plan, IFeedbackStore store, ISubjectKeys? keys, IModelRunner inner, TimeProvider clock, ModelConditions? conditions, AlertDispatcher? alerts, FeedbackInstruments instruments, ILogger logger)
    {
        ModelName = model;
        _options = options;
        _plan = plan;
        _store = store;
        _keys = keys;
        _clock = clock;
        _logger = logger;
        _instruments = instruments;
        _inner = inner;
        _alerts = alerts;
        _exemplars = options.Exemplars.Enabled ? new ExemplarReservoir(options, () => inner.GetService<ModelMonitor>(), clock) : null;
        _evaluator = new FeedbackEvaluator(store, options);
        _started = clock.GetUtcNow();
        _counters = new FeedbackCounters(instruments);
        _subjectKey = System.Text.Encoding.UTF8.GetBytes(options.HashKey ?? "");
        _hashSubject = subject => Redactor.Subject(_subjectKey, subject);
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
            SlotBytes = plan.MostBytes,
            Keep = Keep,
            Joined = OnJoined,
        });
        TimeSpan interval = options.Performance.Interval;
        _timer = clock.CreateTimer(static state => ((ModelFeedback)state!).OnTimer(), this, interval < s_firstEvaluation ? interval : s_firstEvaluation, interval);
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
                slot.Tenant = context.Tenant;
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
            if (Interlocked.Exchange(ref _unreadable, 1) == 0)
            {
                LogUnreadable(_logger, ModelName, exception);
            }
        }
    }

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

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _evaluating.WaitAsync(_options.StoreTimeout).ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _alerts?.Dispose();
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

    private KeptPrediction Keep(PredictionSlot slot)
    {
        KeptPrediction kept = _plan.Keep(slot, _hashSubject, _keys is not null);
        try
        {
            _exemplars?.Look(kept);
        }
#pragma warning disable CA1031 // The prediction is kept, whatever goes wrong with examples.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogUnreadable(_logger, ModelName, exception);
        }

        return kept;
    }

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

    [LoggerMessage(4, LogLevel.Warning, "Model '{Model}': a prediction could not be read; further ones are counted in inference.feedback.predictions.")]
    private static partial void LogUnreadable(ILogger logger, string model, Exception exception);

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
