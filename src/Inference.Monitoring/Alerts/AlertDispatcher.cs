using System.Diagnostics.Metrics;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Alerts;

/// <summary>
/// Tells the changes of one model's state: log, meters and health at once, on the caller's thread; the registered sinks and the model's webhook by the rules of <see cref="AlertOptions"/>, on threads of the pool.
/// Thread-safe; waits for nobody.
/// </summary>
internal sealed partial class AlertDispatcher : IDisposable
{
    /// <summary>How long alerts that wait are sent for when a model or the host stops.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Func<AlertOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SnapshotInstruments? _gauges;
    private readonly AlertPolicy _changes = new();
    private readonly AlertPolicy _policy = new();
    private readonly LogAlertSink _log;
    private readonly MeterAlertSink _meter;
    private readonly HealthAlertSink? _health;
    private readonly WebhookAlertSink _own;
    private readonly WebhookAlertSink[] _webhooks;
    private readonly SinkQueue[] _queues;
    private DateTimeOffset _silentUntil = DateTimeOffset.MinValue;

    // What is told at once: every change.
    private static readonly AlertOptions s_every = new() { RepeatAfter = TimeSpan.Zero, RemindAfter = null };

    /// <param name="model">The model's name.</param>
    /// <param name="options">The rules at present.</param>
    /// <param name="services">Where sinks, the clock, meters and HTTP clients are registered.</param>
    /// <param name="conditions">The conditions of the model; null for none.</param>
    /// <param name="logger">The log.</param>
    /// <param name="gauges">Whether evidence and columns are reported as gauges: not of a second dispatcher of one model.</param>
    public AlertDispatcher(string model, Func<AlertOptions> options, IServiceProvider services, ModelConditions? conditions, ILogger logger, bool gauges = true)
    {
        _options = options;
        _logger = logger;
        _clock = services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
        var meters = services.GetService(typeof(IMeterFactory)) as IMeterFactory;
        var instruments = new AlertInstruments(meters);
        _gauges = gauges ? new SnapshotInstruments(meters) : null;
        _log = new LogAlertSink(logger);
        _meter = new MeterAlertSink(instruments);
        _health = conditions is null ? null : new HealthAlertSink(conditions);
        _own = new WebhookAlertSink(() => _options().Webhook, new WebhookClients(services.GetService(typeof(IHttpClientFactory)) as IHttpClientFactory), _clock, instruments, logger);
        IAlertSink[] registered = [.. services.GetService(typeof(IEnumerable<IAlertSink>)) as IEnumerable<IAlertSink> ?? []];

        // Webhooks have queues of their own, over all models.
        _webhooks = [.. registered.OfType<WebhookAlertSink>(), _own];
        _queues = [.. registered.Where(static sink => sink is not WebhookAlertSink).Select(sink => new SinkQueue(sink, model, () => _options().SinkTimeout, _clock, instruments, logger))];
    }

    /// <summary>Looks at a snapshot, at each evaluation and whenever the state changed. Never throws.</summary>
    public void Publish(MonitoringSnapshot snapshot)
    {
        lock (_lock)
        {
            _gauges?.Report(snapshot);
            AlertOptions options = _options();
            DateTimeOffset now = _clock.GetUtcNow();
            if (!options.Health)
            {
                // It may have been turned off during an alarm.
                _health?.Dispose();
            }

            if (_changes.Next(snapshot, s_every, now) is { } change)
            {
                Tell(_meter, change);
                if (options.Log)
                {
                    Tell(_log, change);
                }

                if (options.Health && _health is not null)
                {
                    Tell(_health, change);
                }
            }

            // What is held back is looked at again with the next snapshot.
            if (now >= _silentUntil && _policy.Next(snapshot, options, now) is { } alert)
            {
                foreach (WebhookAlertSink webhook in _webhooks)
                {
                    Tell(webhook, alert);
                }

                foreach (SinkQueue queue in _queues)
                {
                    queue.Add(alert);
                }
            }
        }
    }

    /// <summary>The end of the silence; null if there is none.</summary>
    public DateTimeOffset? SilentUntil
    {
        get
        {
            lock (_lock)
            {
                return _silentUntil > _clock.GetUtcNow() ? _silentUntil : null;
            }
        }
    }

    /// <summary>Tells sinks and webhooks nothing until a time; one that has passed ends the silence.</summary>
    public void Silence(DateTimeOffset until)
    {
        lock (_lock)
        {
            _silentUntil = until;
        }
    }

    /// <summary>Ends reminders of the present alert, and the degraded health, until something else changes.</summary>
    public void Acknowledge()
    {
        lock (_lock)
        {
            _policy.Acknowledge();
            _health?.Dispose();
        }
    }

    /// <summary>Sends the alerts that wait, for at most <see cref="StopLimit"/>.</summary>
    public Task StopAsync()
    {
        _health?.Dispose();
        return Task.WhenAll([.. _queues.Select(static q => q.StopAsync(StopLimit)), _own.StopAsync(StopLimit)]);
    }

    /// <summary>As <see cref="StopAsync"/>, without waiting for it.</summary>
    public void Dispose() => _ = StopAsync();

    private void Tell(IAlertSink sink, MonitoringAlert alert)
    {
        try
        {
            _ = sink.SendAsync(alert).AsTask();
        }
#pragma warning disable CA1031 // A logging provider or meter listener that throws keeps nothing else from being told.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, alert.Snapshot.ModelName, exception);
        }
    }

    [LoggerMessage(26, LogLevel.Error, "Model '{Model}': a change of state could not be reported.")]
    private static partial void LogFailed(ILogger logger, string model, Exception exception);
}
