using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Alerts;

/// <summary>
/// Passes alerts to one sink, one at a time and in order, on a thread of the pool. A sink that is slow or hangs delays nobody else: at most <see cref="Capacity"/> alerts wait for it, of which the oldest are dropped.
/// Thread-safe.
/// </summary>
internal sealed partial class SinkQueue : IDisposable
{
    /// <summary>How many alerts of one model wait for a sink.</summary>
    public const int Capacity = 32;

    private readonly IAlertSink _sink;
    private readonly string _name;
    private readonly string _model;
    private readonly Func<TimeSpan> _timeout;
    private readonly TimeProvider _clock;
    private readonly AlertInstruments _instruments;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private readonly Channel<MonitoringAlert> _waiting;

    public SinkQueue(IAlertSink sink, string model, Func<TimeSpan> timeout, TimeProvider clock, AlertInstruments instruments, ILogger logger)
    {
        _sink = sink;
        _name = sink.GetType().Name;
        _model = model;
        _timeout = timeout;
        _clock = clock;
        _instruments = instruments;
        _logger = logger;
        var options = new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        _waiting = Channel.CreateBounded<MonitoringAlert>(options, _ => Dropped());
        Completion = PumpAsync();
    }

    /// <summary>Completes when the queue was disposed and the sink's last call has ended.</summary>
    public Task Completion { get; }

    /// <summary>Adds an alert. Never waits and never throws.</summary>
    public void Add(MonitoringAlert alert) => _waiting.Writer.TryWrite(alert);

    /// <summary>Takes no more alerts, and sends those that wait for at most so long; what waits then is dropped.</summary>
    /// <param name="limit">The longest time.</param>
    public async Task StopAsync(TimeSpan limit)
    {
        _waiting.Writer.TryComplete();
        await Completion.WaitAsync(limit, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>As <see cref="StopAsync"/> with the usual limit, without waiting for it.</summary>
    public void Dispose() => _ = StopAsync(AlertDispatcher.StopLimit);

    private async Task PumpAsync()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_ended.Token).ConfigureAwait(false))
            {
                // The writer may be a thread that holds locks: the sink runs on another one.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                while (!_ended.IsCancellationRequested && _waiting.Reader.TryRead(out MonitoringAlert? alert))
                {
                    await SendAsync(alert).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task SendAsync(MonitoringAlert alert)
    {
        TimeSpan timeout = _timeout();
        using var limit = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ended.Token);
        try
        {
            Task sending = _sink.SendAsync(alert, either.Token).AsTask();
            try
            {
                await sending.WaitAsync(either.Token).ConfigureAwait(false);
                _instruments.Delivery(_model, _name, "sent");
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                if (!_ended.IsCancellationRequested)
                {
                    _instruments.Delivery(_model, _name, "timeout");
                    LogTimeout(_logger, _model, _name, timeout);
                }

                // One call at a time: the next one begins when a sink that does not look at its token has returned.
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
#pragma warning disable CA1031 // A sink's exception keeps the alert from no other sink.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _instruments.Delivery(_model, _name, "failed");
            LogFailed(_logger, _model, _name, exception);
        }
    }

    private void Dropped()
    {
        _instruments.Delivery(_model, _name, "dropped");
        LogDropped(_logger, _model, _name, Capacity);
    }

    [LoggerMessage(23, LogLevel.Error, "Model '{Model}': the alert sink {Sink} failed.")]
    private static partial void LogFailed(ILogger logger, string model, string sink, Exception exception);

    [LoggerMessage(24, LogLevel.Error, "Model '{Model}': the alert sink {Sink} took longer than {Timeout}.")]
    private static partial void LogTimeout(ILogger logger, string model, string sink, TimeSpan timeout);

    [LoggerMessage(25, LogLevel.Error, "Model '{Model}': an alert was dropped, because {Count} wait for the alert sink {Sink}.")]
    private static partial void LogDropped(ILogger logger, string model, string sink, int count);
}
