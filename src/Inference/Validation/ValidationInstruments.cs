using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Validation;

/// <summary>The instrument of validation. Thread-safe.</summary>
internal static class ValidationInstruments
{
    private static readonly Counter<long> s_rows = new Meter(InferenceDiagnostics.MeterName).CreateCounter<long>(
        "inference.validation.rows", "{row}", "Rows that violated a rule, by rule: signature, nan, infinity, range, vocabulary; and by action: reject, clamp, flag.");

    public static void Broken(string model, string input, string rule, ValidationAction action, long rows) => s_rows.Add(
        rows,
        new(InferenceDiagnostics.ModelTag, model),
        new("inference.input", input),
        new("inference.rule", rule),
        new("inference.action", action switch { ValidationAction.Clamp => "clamp", ValidationAction.Flag => "flag", _ => "reject" }));
}
