using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Versioning.Fallback;

/// <summary>The instruments of a fallback; documented in the README.</summary>
internal sealed class FallbackInstruments : IDisposable
{
    private readonly Meter? _own;
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _calls;
    private readonly UpDownCounter<long> _detached;

    public FallbackInstruments(string modelName, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? (_own = new Meter(InferenceDiagnostics.MeterName));
        _model = new(InferenceDiagnostics.ModelTag, modelName);
        _calls = meter.CreateCounter<long>("inference.fallback.steps", "{step}", "Targets that did not answer, by reason.");
        _detached = meter.CreateUpDownCounter<long>("inference.fallback.detached", "{attempt}", "Detached attempts that still run.");
    }

    /// <summary>Records that a target did not answer.</summary>
    public void Step(string target, string reason) => _calls.Add(1, _model, new("inference.fallback.target", target), new("inference.fallback.reason", reason));

    public void Detached(int change) => _detached.Add(change, _model);

    public void Dispose() => _own?.Dispose();
}
