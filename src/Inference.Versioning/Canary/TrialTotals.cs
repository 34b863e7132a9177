namespace Inference.Versioning.Canary;

/// <summary>Calls of a trial in one or more processes.</summary>
/// <param name="Calls">Calls of the canary.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="ControlCalls">Calls of the default.</param>
/// <param name="ControlFailed">Those that failed.</param>
/// <param name="Answered">Calls that the canary's model answered.</param>
internal readonly record struct TrialTotals(long Calls, long Failed, long ControlCalls, long ControlFailed, long Answered)
{
    public static TrialTotals operator +(TrialTotals a, TrialTotals b) =>
        new(a.Calls + b.Calls, a.Failed + b.Failed, a.ControlCalls + b.ControlCalls, a.ControlFailed + b.ControlFailed, a.Answered + b.Answered);
}
