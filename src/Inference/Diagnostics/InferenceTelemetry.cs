using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Inference.Diagnostics;

/// <summary>Instruments of the core package: those of the factory's meter; without one, of a meter that the process shares. Thread-safe.</summary>
internal sealed class InferenceTelemetry
{
    public static readonly ActivitySource Source = new(InferenceDiagnostics.ActivitySourceName);
    // A small file loads in a millisecond, a large repository from a network in minutes.
    private static readonly double[] s_loadBoundaries = [1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);

    public InferenceTelemetry(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        RunDuration = meter.CreateHistogram<double>(InferenceDiagnostics.RunDuration, "s", "Duration of calls.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = InferenceDiagnostics.DurationBoundaries });
        RunsInFlight = meter.CreateUpDownCounter<long>(InferenceDiagnostics.RunsInFlight, "{call}", "Calls in flight.");
        LoadDuration = meter.CreateHistogram<double>(InferenceDiagnostics.LoadDuration, "s", "Duration of loading a model.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = s_loadBoundaries });
    }

    public Histogram<double> RunDuration { get; }

    public UpDownCounter<long> RunsInFlight { get; }

    public Histogram<double> LoadDuration { get; }
}
