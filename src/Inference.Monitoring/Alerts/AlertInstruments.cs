using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Monitoring.Alerts;

/// <summary>The instruments of alerts; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class AlertInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _deliveries;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all share.</summary>
    public AlertInstruments(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _alerts = meter.CreateCounter<long>("inference.monitoring.alerts", "{alert}", "Changes of a model's state to and from warning, alarm and unavailable.");
        _deliveries = meter.CreateCounter<long>("inference.monitoring.deliveries", "{alert}", "Alerts passed to sinks, by result: sent, failed, timeout, dropped.");
    }

    /// <summary>Counts a change of state.</summary>
    public void Alert(MonitoringSnapshot snapshot) => _alerts.Add(
        1, new(InferenceDiagnostics.ModelTag, snapshot.ModelName), new(InferenceDiagnostics.VersionTag, snapshot.ModelVersion), new("inference.state", AlertText.State(snapshot.State)));

    /// <summary>Counts a delivery.</summary>
    public void Delivery(string model, string sink, string result) => _deliveries.Add(
        1, new(InferenceDiagnostics.ModelTag, model), new("inference.sink", sink), new("inference.result", result));
}
