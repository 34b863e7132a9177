namespace Inference.Monitoring.Alerts;

/// <summary>Counts alerts.</summary>
internal sealed class MeterAlertSink(AlertInstruments instruments) : IAlertSink
{
    public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
    {
        instruments.Alert(alert.Snapshot);
        return default;
    }
}
