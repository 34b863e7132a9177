using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Status;

namespace Inference.Monitoring.Outcomes;

/// <summary>The instruments of outcomes; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class OutcomeInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Gauge<double> _evidence;
    private readonly Gauge<double> _mean;
    private readonly Gauge<int> _mismatch;
    private readonly KeyValuePair<string, object?> _model;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all share.</summary>
    public OutcomeInstruments(string modelName, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _evidence = meter.CreateGauge<double>("inference.outcome.evidence", "1", "ln of the evidence that the outcomes of the version on trial are worse.");
        _mean = meter.CreateGauge<double>("inference.outcome.mean", "1", "Mean outcome of an arm of a trial.");
        _mismatch = meter.CreateGauge<int>("inference.outcome.mismatch", "1", "Whether outcomes do not come from both arms in the shares of their calls: 0 or 1.");
        _model = new(InferenceDiagnostics.ModelTag, modelName);
    }

    public void Evaluated(OutcomeTrialStatus status)
    {
        var trial = new KeyValuePair<string, object?>("inference.trial", status.Trial);
        _evidence.Record(status.LogEvidence, _model, trial);
        _mismatch.Record(status.SampleRatioMismatch ? 1 : 0, _model, trial);
        if (status.Treatment > 0 && status.Control > 0)
        {
            _mean.Record(status.TreatmentMean, _model, trial, new("inference.arm", "treatment"));
            _mean.Record(status.ControlMean, _model, trial, new("inference.arm", "control"));
        }
    }
}
