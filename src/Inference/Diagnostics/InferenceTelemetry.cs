using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Inference.Diagnostics;

/// <summary>Instruments of the core package.</summary>
internal static class InferenceTelemetry
{
    public static readonly ActivitySource Source = new(InferenceDiagnostics.ActivitySourceName);
    public static readonly Meter Meter = new(InferenceDiagnostics.MeterName);
    public static readonly Histogram<double> RunDuration = Meter.CreateHistogram<double>(InferenceDiagnostics.RunDuration, "s", "Duration of calls.");
    public static readonly UpDownCounter<long> RunsInFlight = Meter.CreateUpDownCounter<long>(InferenceDiagnostics.RunsInFlight, "{call}", "Calls in flight.");
    public static readonly Histogram<double> LoadDuration = Meter.CreateHistogram<double>(InferenceDiagnostics.LoadDuration, "s", "Duration of loading a model.");
}
