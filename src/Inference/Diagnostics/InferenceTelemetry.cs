using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Inference.Diagnostics;

/// <summary>Instruments of the core package: those of the factory's meter; without one, of a meter that the process shares. Thread-safe.</summary>
internal sealed class InferenceTelemetry
{
    public static readonly ActivitySource Source = new(InferenceDiagnostics.ActivitySourceName);
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);

    public InferenceTelemetry(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        RunDuration = meter.CreateHistogram<double>(InferenceDiagnostics.RunDuration, "s", "Duration of calls.");
        RunsInFlight = meter.CreateUpDownCounter<long>(InferenceDiagnostics.RunsInFlight, "{call}", "Calls in flight.");
        LoadDuration = meter.CreateHistogram<double>(InferenceDiagnostics.LoadDuration, "s", "Duration of loading a model.");
    }

    public Histogram<double> RunDuration { get; }

    public UpDownCounter<long> RunsInFlight { get; }

    public Histogram<double> LoadDuration { get; }
}
