using Inference.Monitoring.Alerts;
using Inference.Monitoring.Collection;
using Inference.Monitoring.Stage;
using Inference.Monitoring.Windows;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring;

/// <summary>Counts the inputs and outputs of one model in buckets of time. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe. An error in monitoring never fails a call: it is counted, and the model's health is degraded.</summary>
public sealed partial class ModelMonitor : IModelMonitor, IDisposable, IAsyncDisposable
{
    private readonly ModelInfo _info;
    private readonly ModelFile? _file;
    private readonly ModelPort[] _outputPorts;
    private readonly TimeProvider _clock;
    private readonly StageOptions<MonitoringOptions> _options;
    private readonly ModelConditions? _conditions;
    private readonly MonitoringInstruments _instruments;
    private readonly ILogger _logger;
    private readonly AlertDispatcher _alerts;
    private readonly Sampler _sampler;
    private readonly Lock _rotation = new();
    private readonly ITimer _timer;
    private BurnIn? _burnIn;
    private ReferenceProfile? _profile;
    private Collector? _collector;
    private WindowRing? _ring;
    private EvidenceFile? _evidence;
    private TrafficWatch? _traffic;
    private BucketEvaluation? _evaluation;
    private EvaluationSettings _settings;
    private bool _restored;

    // Writes to come until the condition of the evidence's file is over: one that was not used is reported for a bucket.
    private int _evidenceTrouble;
    private TimeSpan _period;
    private long _rotatedAt;
    private long? _savedAt;
    private DateTimeOffset? _evaluatedAt;
    private MonitoringSnapshot _snapshot;
    private DateTimeOffset _bucketStart;
    private string[] _unwatched = [];
    private long _countedAt;
    private long _errors;
    private long _reportedErrors;
    private Exception? _lastError;
    private long _rows;
    private long _rowsSeen;
    private long _rowsElsewhere;
    private SharedRows? _shared;
    private bool _disposed;

    internal ModelMonitor(ModelInfo info, TimeProvider clock, StageOptions<MonitoringOptions> options, ModelConditions? conditions, MonitoringInstruments instruments, AlertDispatcher alerts, ILogger logger, ModelFile? file = null)
    {
        _file = file;
        _info = info;
        _outputPorts = [.. info.Outputs];
        _clock = clock;
        _sampler = Sampler.For(clock);
        _options = options;
        _conditions = conditions;
        _instruments = instruments;
        _alerts = alerts;
        _logger = logger;
        _bucketStart = clock.GetUtcNow();
        _rotatedAt = clock.GetTimestamp();
        _settings = EvaluationSettings.Of(options.Current);
        _snapshot = new MonitoringSnapshot { ModelName = info.Name, ModelVersion = info.Version, State = MonitoringState.Unavailable };
        Start();
        _period = options.Current.BucketDuration;
        _timer = clock.CreateTimer(static state => ((ModelMonitor)state!).OnTimer(), this, _period, _period);
        options.OnChange(Adopt);
    }

    /// <inheritdoc/>
    public MonitoringSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The reference profile; null while it is learned, or if there is none that can be used.</summary>
    public ReferenceProfile? Profile => Volatile.Read(ref _profile);

    /// <summary>Ends the current bucket and returns it; null without a profile.</summary>
    public MonitoringWindow? Flush()
    {
        lock (_rotation)
        {
            return Rotate();
        }
    }

    /// <summary>Returns the sum of the windows from one time to another: buckets of the last 60 minutes, hours of the last 48, days of the last 35, as far as they lie between and are kept; null for none. Ended buckets only.</summary>
    /// <param name="from">The start.</param>
    /// <param name="to">The end, exclusive.</param>
    /// <exception cref="MonitoringException">The store of windows cannot be read.</exception>
    public MonitoringWindow? Read(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_rotation)
        {
            return _ring?.Between(from, to);
        }
    }

    /// <summary>Adds rows whose labels are known, and with them the model's metrics: once there are <see cref="MonitoringOptions.MinimumRows"/> of them, they are judged at the end of the bucket, and the next begin. Without effect while a profile is learned, or before the first bucket with rows.</summary>
    /// <param name="inputs">The inputs of a call; rows along axis 0.</param>
    /// <param name="outputs">What the model answered.</param>
    /// <param name="labels">The true label of each row.</param>
    /// <exception cref="MonitoringException">The number of labels is not that of the rows.</exception>
    public void AddLabels(NamedValues inputs, NamedValues outputs, TensorValue labels)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(labels);
        Volatile.Read(ref _evaluation)?.AddLabels(inputs, outputs, labels);
    }

    /// <inheritdoc/>
    public void Acknowledge(string actor, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        LogAcknowledged(_logger, _info.Name, actor, reason);
        lock (_rotation)
        {
            _evaluation?.Acknowledge();
            _traffic?.Acknowledge();
        }

        _alerts.Acknowledge();
    }

    /// <summary>Ends monitoring. Alerts that wait are sent for at most 3 seconds, which nobody waits for.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    /// <summary>Ends monitoring, and waits until the alerts that wait are sent, for at most 3 seconds.</summary>
    public ValueTask DisposeAsync()
    {
        Task alerts;
        lock (_rotation)
        {
            if (_disposed)
            {
                return default;
            }

            _disposed = true;
            _timer.Dispose();
            try
            {
                Rotate();
            }
#pragma warning disable CA1031 // A store of the application's own that throws keeps nothing from being released.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(_logger, _info.Name, exception);
            }

            alerts = _alerts.StopAsync();
            _options.Dispose();
            _conditions?.Clear(this);
            _conditions?.Clear((object?)_ring ?? this);
            _conditions?.Clear((object?)_evidence ?? this);
            Interlocked.Exchange(ref _burnIn, null)?.Dispose();
        }

        return new ValueTask(alerts);
    }

    /// <summary>When a call begins: a time stamp if it is timed, otherwise 0.</summary>
    internal long Begin() => _sampler.TakeTiming() ? _clock.GetTimestamp() : 0;

    /// <summary>Counts a call that was answered. Never throws.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="context">The context; null for none.</param>
    /// <param name="begun">What <see cref="Begin"/> returned.</param>
    /// <param name="ownOutputs">Whether the caller has not got the outputs yet.</param>
    internal void Observe(NamedValues inputs, NamedValues outputs, RunContext? context, long begun, bool ownOutputs)
    {
        try
        {
            if (Volatile.Read(ref _collector) is { } collector)
            {
                Count(collector, inputs, outputs, context, begun, ownOutputs);
            }
            else if (Volatile.Read(ref _burnIn) is { } burnIn && burnIn.Add(inputs, outputs))
            {
                ThreadPool.UnsafeQueueUserWorkItem(static monitor => monitor.EndBurnIn(), this, preferLocal: false);
            }
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the caller has its answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
        }
    }

    /// <summary>Counts a bound run. Never throws.</summary>
    internal void ObserveBound(BoundRun run, NamedValues inputs, NamedValues outputs, long begun)
    {
        try
        {
            // The views are the same objects as long as the shapes do not change.
            foreach (ModelPort port in _outputPorts)
            {
                outputs.SetValue(port.Name, run.GetOutputValue(port.Name));
            }
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the run was made.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
            return;
        }

        Observe(inputs, outputs, null, begun, ownOutputs: false);
    }

    /// <summary>Counts a call that failed. Never throws.</summary>
    internal void ObserveFailure()
    {
        try
        {
            if (Volatile.Read(ref _collector) is not { } collector)
            {
                return;
            }

            if (collector.Take() is not { } stripe)
            {
                collector.Skip(null, null);
                return;
            }

            collector.Pass(stripe, null, null);
            stripe.Release();
        }
#pragma warning disable CA1031 // The caller gets the error of the call, not one of counting it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
        }
    }

    private void Count(Collector collector, NamedValues inputs, NamedValues outputs, RunContext? context, long begun, bool ownOutputs)
    {
        if (collector.Take() is not { } stripe)
        {
            collector.Skip(inputs, outputs);
            return;
        }

        try
        {
            uint place = stripe.NextPlace();
            _sampler.Advance(place);
            bool takes = _sampler.Takes(context, place);
            if (begun != 0 || (takes && _sampler.TimesEachCount))
            {
                CountTimed(collector, stripe, inputs, outputs, takes, begun, ownOutputs);
            }
            else if (takes)
            {
                collector.Collect(stripe, inputs, outputs, ownOutputs);
            }
            else
            {
                collector.Pass(stripe, inputs, outputs);
            }
        }
        finally
        {
            stripe.Release();
        }
    }

    private void CountTimed(Collector collector, Stripe stripe, NamedValues inputs, NamedValues outputs, bool takes, long begun, bool ownOutputs)
    {
        long called = _clock.GetTimestamp();
        bool counts = takes || Sampler.IsDue(_clock.GetElapsedTime(Volatile.Read(ref _countedAt), called));
        if (counts)
        {
            collector.Collect(stripe, inputs, outputs, ownOutputs);
        }
        else
        {
            collector.Pass(stripe, inputs, outputs);
        }

        long ended = _clock.GetTimestamp();
        if (counts)
        {
            Volatile.Write(ref _countedAt, ended);
        }

        _sampler.Add(begun == 0 ? null : called - begun, ended - called, counts, _options.Current.Budget);
    }

    private void Fail(Exception exception)
    {
        Interlocked.Increment(ref _errors);
        Volatile.Write(ref _lastError, exception);
    }
}
