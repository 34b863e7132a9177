namespace Inference.Evaluation.Verdicts;

/// <summary>The verdict on a candidate over all rows and each slice. Immutable.</summary>
public sealed class Verdict
{
    internal Verdict()
    {
    }

    /// <summary>The metric's name.</summary>
    public required string Metric { get; init; }

    /// <summary>The verdict over all rows.</summary>
    public required DropVerdict Overall { get; init; }

    /// <summary>The verdict on each slice, in ordinal order of name.</summary>
    public required IReadOnlyList<DropVerdict> Slices { get; init; }

    /// <summary>Not met if any part is not met; otherwise inconclusive if any part is; otherwise met. Slices that are not judged are ignored; if the verdict over all rows is not judged, neither is the whole.</summary>
    /// <remarks>A candidate is accepted only if every part is: the probability of a wrong acceptance is bounded by the level of a single part, so no correction for the number of slices is needed (intersection–union test: Berger, 1982).</remarks>
    public VerdictOutcome Outcome
    {
        get
        {
            if (Overall.Outcome == VerdictOutcome.NotJudged)
            {
                return VerdictOutcome.NotJudged;
            }

            VerdictOutcome[] all = [Overall.Outcome, .. Slices.Select(static s => s.Outcome)];
            return all.Contains(VerdictOutcome.NotMet) ? VerdictOutcome.NotMet : all.Contains(VerdictOutcome.Inconclusive) ? VerdictOutcome.Inconclusive : VerdictOutcome.Met;
        }
    }
}
