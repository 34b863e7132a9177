namespace Inference.Evaluation.Verdicts;

/// <summary>A candidate judged on all rows and on each slice. Immutable.</summary>
public sealed class Verdict
{
    internal Verdict()
    {
    }

    /// <summary>The metric's name.</summary>
    public required string Metric { get; init; }

    /// <summary>All rows.</summary>
    public required DropVerdict Overall { get; init; }

    /// <summary>Each slice, in ordinal order of name.</summary>
    public required IReadOnlyList<DropVerdict> Slices { get; init; }

    /// <summary>Not met where any part is not met; else inconclusive where any is; else met. Slices that are not judged say nothing; where all rows are not judged, nothing is.</summary>
    /// <remarks>A candidate is accepted only where every part is: wrongly accepting is bounded by the level of a single part, so no correction for the number of slices is needed (intersection–union test: Berger, 1982).</remarks>
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
