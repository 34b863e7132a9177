using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Sequences.Diagnostics;

/// <summary>The instruments of sequences; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class SequenceInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly UpDownCounter<int> _active;
    private readonly Counter<int> _ended;
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _version;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all runners share.</summary>
    public SequenceInstruments(string model, string version, IMeterFactory? factory = null)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _active = meter.CreateUpDownCounter<int>("inference.sequence.active", "{sequence}", "Sequences that are kept.");
        _ended = meter.CreateCounter<int>("inference.sequence.ended", "{sequence}", "Sequences that are no longer kept, by reason: ended, expired, restarted, erased, closed.");
        _model = new(InferenceDiagnostics.ModelTag, model);
        _version = new(InferenceDiagnostics.VersionTag, version);
    }

    public void Started() => _active.Add(1, _model, _version);

    public void Ended(string reason)
    {
        _active.Add(-1, _model, _version);
        _ended.Add(1, _model, _version, new("inference.reason", reason));
    }
}
