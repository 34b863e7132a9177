using Microsoft.Extensions.Logging;

namespace Inference.Monitoring.Alerts;

/// <summary>Writes alerts to a log.</summary>
internal sealed partial class LogAlertSink(ILogger logger) : IAlertSink
{
    public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
    {
        switch (alert.Snapshot.State)
        {
            case MonitoringState.Alarm or MonitoringState.Unavailable:
                Alarm(logger, alert.Title, alert.Previous);
                break;
            case MonitoringState.Warning:
                Warning(logger, alert.Title, alert.Previous);
                break;
            default:
                Over(logger, alert.Title, alert.Previous);
                break;
        }

        return default;
    }

    [LoggerMessage(20, LogLevel.Error, "{Title} It was {Previous}.")]
    private static partial void Alarm(ILogger logger, string title, MonitoringState previous);

    [LoggerMessage(21, LogLevel.Warning, "{Title} It was {Previous}.")]
    private static partial void Warning(ILogger logger, string title, MonitoringState previous);

    [LoggerMessage(22, LogLevel.Information, "{Title} It was {Previous}.")]
    private static partial void Over(ILogger logger, string title, MonitoringState previous);
}
