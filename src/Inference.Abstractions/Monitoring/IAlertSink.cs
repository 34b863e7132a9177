namespace Inference.Monitoring;

/// <summary>Receives alerts of all monitored models; registered as a service, any number of times. Thread-safe.</summary>
public interface IAlertSink
{
    /// <summary>Delivers an alert. Called off the path of predictions, one alert of a model at a time; an exception is logged and does not keep it from other sinks.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Cancelled when the model is disposed.</param>
    ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default);
}
