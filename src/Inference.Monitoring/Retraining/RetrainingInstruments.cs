using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Status;

namespace Inference.Monitoring.Retraining;

/// <summary>The instruments of retraining; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class RetrainingInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Counter<long> _runs;
    private readonly Gauge<int> _state;
    private readonly Gauge<long> _labels;
    private readonly KeyValuePair<string, object?> _model;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all share.</summary>
    public RetrainingInstruments(string modelName, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _runs = meter.CreateCounter<long>("inference.retraining.runs", "{run}", "Retrainings by outcome: ok, error.");
        _state = meter.CreateGauge<int>("inference.retraining.state", "1", "State: 0 idle, 1 proposed, 2 waiting, 3 running.");
        _labels = meter.CreateGauge<long>("inference.retraining.labels", "{label}", "Labels since the last bundle.");
        _model = new(InferenceDiagnostics.ModelTag, modelName);
    }

    public void State(RetrainingStatus status)
    {
        _state.Record((int)status.State, _model);
        _labels.Record(status.Labels, _model);
    }

    public void Ended(bool succeeded) => _runs.Add(1, _model, new(InferenceDiagnostics.OutcomeTag, succeeded ? "ok" : "error"));
}
