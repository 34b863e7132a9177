using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Validation;

/// <summary>The instrument of validation. Thread-safe.</summary>
internal sealed class ValidationInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Counter<long> _rows;

    /// <summary>Takes the instrument of the factory's meter; without one, that of a meter that all runners share.</summary>
    public ValidationInstruments(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _rows = meter.CreateCounter<long>(
            "inference.validation.rows", "{row}", "Rows that broke a rule, by rule: signature, nan, infinity, range, vocabulary; and by action: reject, clamp, flag.");
    }

    public void Broken(string model, string input, string rule, ValidationAction action, long rows) => _rows.Add(
        rows,
        new(InferenceDiagnostics.ModelTag, model),
        new("inference.input", input),
        new("inference.rule", rule),
        new("inference.action", action switch { ValidationAction.Clamp => "clamp", ValidationAction.Flag => "flag", _ => "reject" }));
}
