using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Versioning.Leasing;
using Inference.Versioning.Manifest;

namespace Inference.Versioning.Telemetry;

/// <summary>The instruments of one model's versions; documented in the README.</summary>
internal sealed class VersioningInstruments : IDisposable
{
    // Decades: of rounding in f32, of int8, of another model.
    private static readonly double[] s_differenceBoundaries = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10];

    private readonly Meter? _own;
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _changes;
    private readonly UpDownCounter<long> _loaded;
    private readonly UpDownCounter<long> _loadedBytes;
    private readonly Gauge<double> _evidence;
    private readonly Counter<long> _shadowCalls;
    private readonly Histogram<double> _shadowDifference;

    public VersioningInstruments(string modelName, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? (_own = new Meter(InferenceDiagnostics.MeterName));
        _model = new(InferenceDiagnostics.ModelTag, modelName);
        _calls = meter.CreateCounter<long>("inference.version.calls", "{call}", "Calls by the version that served them.");
        _loads = meter.CreateCounter<long>("inference.version.loads", "{load}", "Versions loaded or refused.");
        _changes = meter.CreateCounter<long>("inference.version.changes", "{change}", "Changes of the default, canaries and labels.");
        _loaded = meter.CreateUpDownCounter<long>("inference.version.loaded", "{version}", "Versions in memory.");
        _loadedBytes = meter.CreateUpDownCounter<long>("inference.version.loaded.bytes", "By", "Bytes of model files in memory.");
        _evidence = meter.CreateGauge<double>("inference.version.canary.evidence", "1", "Evidence against the canary: log10 of the e-value.");
        _shadowCalls = meter.CreateCounter<long>("inference.version.shadow.calls", "{call}", "Shadow calls by outcome.");
        _shadowDifference = meter.CreateHistogram<double>("inference.version.shadow.difference", "1", "Largest absolute difference of a shadow call's outputs.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = s_differenceBoundaries });
    }

    public void Call(string version, string route, Exception? error)
    {
        if (_calls.Enabled)
        {
            var tags = new TagList
            {
                _model,
                new(InferenceDiagnostics.VersionTag, version),
                new("inference.route", route),
                new(InferenceDiagnostics.OutcomeTag, InferenceDiagnostics.Outcome(error)),
            };
            _calls.Add(1, tags);
        }
    }

    public void Load(string version, VersionGate? refusedAt) => _loads.Add(1, _model, new(InferenceDiagnostics.VersionTag, version), new(InferenceDiagnostics.OutcomeTag, refusedAt is { } gate ? GateName(gate) : "ok"));

    public void Change(string version, string action) => _changes.Add(1, _model, new(InferenceDiagnostics.VersionTag, version), new("inference.action", action));

    public void Loaded(VersionSlot slot, int sign)
    {
        var version = new KeyValuePair<string, object?>(InferenceDiagnostics.VersionTag, slot.Version);
        _loaded.Add(sign, _model, version);
        _loadedBytes.Add(sign * slot.Folder.Bytes, _model, version);
    }

    public void Evidence(string version, double log10) => _evidence.Record(log10, _model, new(InferenceDiagnostics.VersionTag, version));

    public void Shadow(string version, string outcome, double? difference)
    {
        var tag = new KeyValuePair<string, object?>(InferenceDiagnostics.VersionTag, version);
        _shadowCalls.Add(1, _model, tag, new(InferenceDiagnostics.OutcomeTag, outcome));
        if (difference is { } value)
        {
            _shadowDifference.Record(value, _model, tag);
        }
    }

    public void Dispose() => _own?.Dispose();

    private static string GateName(VersionGate gate) => gate switch
    {
        VersionGate.Budget => "budget",
        VersionGate.Manifest => "manifest",
        VersionGate.Signature => "signature",
        VersionGate.Digest => "digest",
        VersionGate.Load => "load",
        VersionGate.Compatibility => "compatibility",
        VersionGate.GoldenRows => "golden_rows",
        _ => "warmup",
    };
}
