using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Versioning.Cascade;

/// <summary>The instrument of a cascade. Thread-safe.</summary>
internal sealed class CascadeInstruments : IDisposable
{
    private readonly Meter? _own;
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _rows;

    public CascadeInstruments(string modelName, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? (_own = new Meter(InferenceDiagnostics.MeterName));
        _model = new(InferenceDiagnostics.ModelTag, modelName);
        _rows = meter.CreateCounter<long>("inference.cascade.rows", "{row}", "Rows by the model that answered them.");
    }

    /// <summary>Records rows answered by one of the models.</summary>
    public void Answered(string stage, int rows) => _rows.Add(rows, _model, new("inference.cascade.stage", stage));

    public void Dispose() => _own?.Dispose();
}
