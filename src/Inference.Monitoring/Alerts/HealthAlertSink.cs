using Inference.Status;

namespace Inference.Monitoring.Alerts;

/// <summary>Degrades the health of a model while it is in alarm.</summary>
internal sealed class HealthAlertSink(ModelConditions conditions) : IAlertSink, IDisposable
{
    public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
    {
        if (alert.Snapshot.State == MonitoringState.Alarm)
        {
            conditions.Set(this, $"{alert.Title} Look at the data, and acknowledge the alarm.");
        }
        else
        {
            conditions.Clear(this);
        }

        return default;
    }

    public void Dispose() => conditions.Clear(this);
}
