using Inference.Evaluation.Verdicts;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>Which of two candidates is preferred.</summary>
internal static class CandidateOrder
{
    // The repeatability of such timings.
    private const double SameSpeed = 0.15;

    /// <summary>A candidate within the budget precedes an undecided one, which precedes one that is within the budget but not as fast as demanded, which precedes the source. All others follow the source: they
    /// exceed the budget, or are slower or larger than it. Among equals the faster one is preferred, or the smaller one if the times differ by less than 15 %; by size the smaller one.</summary>
    public static bool IsBetter(CandidateRecord candidate, CandidateRecord leader, OptimizeObjective objective = OptimizeObjective.Time)
    {
        (int rank, int best) = (Rank(candidate), Rank(leader));
        return rank != best ? rank > best
            : rank <= 1 ? false
            : objective == OptimizeObjective.Size ? candidate.Bytes < leader.Bytes || (candidate.Bytes == leader.Bytes && candidate.Speedup > leader.Speedup)
            : Math.Abs((candidate.Speedup / leader.Speedup) - 1) < SameSpeed ? candidate.Bytes < leader.Bytes : candidate.Speedup > leader.Speedup;
    }

    private static int Rank(CandidateRecord candidate) => candidate.Name == CandidateRecord.SourceName ? 1
        : !candidate.Improves ? 0
        : candidate.Accepted ? 4
        : candidate.Undecided ? 3
        : candidate.Outcome == VerdictOutcome.Met ? 2
        : 0;
}
