using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Monitoring.Stage;

/// <summary>The instruments of monitoring; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class MonitoringInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Counter<long> _rows;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _mismatches;
    private readonly Gauge<double> _share;
    private readonly Gauge<int> _state;
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _version;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all runners share.</summary>
    public MonitoringInstruments(ModelInfo info, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _rows = meter.CreateCounter<long>("inference.monitoring.rows", "{row}", "Rows that passed, by result: counted, skipped (not in the sample).");
        _errors = meter.CreateCounter<long>("inference.monitoring.errors", "{call}", "Calls whose rows could not be counted because of an error in monitoring; the calls were answered.");
        _mismatches = meter.CreateCounter<long>("inference.monitoring.mismatches", "{call}", "Calls with a tensor that is missing or has another type or shape than in the profile.");
        _share = meter.CreateGauge<double>("inference.monitoring.share", "1", "Share of calls that is counted.");
        _state = meter.CreateGauge<int>("inference.monitoring.state", "1", "State: 0 unavailable, 1 learning, 2 healthy, 3 warning, 4 alarm.");
        _model = new(InferenceDiagnostics.ModelTag, info.Name);
        _version = new(InferenceDiagnostics.VersionTag, info.Version);
    }

    /// <summary>Reports a bucket.</summary>
    public void Bucket(MonitoringWindow window, double share)
    {
        _rows.Add(window.Rows, _model, _version, new("inference.result", "counted"));
        _rows.Add(Math.Max(window.RowsSeen - window.Rows, 0), _model, _version, new("inference.result", "skipped"));
        _mismatches.Add(window.MismatchedCalls, _model, _version);
        _share.Record(share, _model, _version);
    }

    public void Errors(long count) => _errors.Add(count, _model, _version);

    public void State(MonitoringState state) => _state.Record((int)state, _model, _version);
}
