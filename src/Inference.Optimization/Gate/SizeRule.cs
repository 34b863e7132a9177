using System.Globalization;

namespace Inference.Optimization.Gate;

/// <summary>Whether a candidate's file and external data are small enough.</summary>
internal static class SizeRule
{
    public static GateRule Judge(GateModel? baseline, GateModel candidate, long most) => new()
    {
        Rule = "size",
        Subject = "file and external data",
        Outcome = candidate.Bytes <= most ? GateOutcome.Passed : GateOutcome.Refused,
        Required = true,
        Candidate = candidate.Bytes,
        Baseline = baseline?.Bytes,
        Figure = candidate.Bytes,
        Bound = most,
        Unit = GateUnit.Bytes,
        Reason = candidate.Bytes <= most ? "" : string.Create(CultureInfo.InvariantCulture, $"{candidate.Bytes - most:N0} bytes too large"),
    };
}
