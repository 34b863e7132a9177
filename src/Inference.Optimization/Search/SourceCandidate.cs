using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>The source model as a candidate: without drop, as fast and as large as itself.</summary>
internal static class SourceCandidate
{
    public static CandidateRecord Of(OnnxModel source, OptimizeOptions options)
    {
        string slow = options.MinSpeedup > 1 ? FormattableString.Invariant($"speedup 1.00 is below {options.MinSpeedup:F2}") : "";
        return new CandidateRecord
        {
            Name = CandidateRecord.SourceName,
            Drop = 0,
            DropHigh = 0,
            Outcome = VerdictOutcome.Met,
            Microseconds = 0,
            Speedup = 1,
            Bytes = Weights.TotalBytes(source.Graph),
            Accepted = slow.Length == 0,
            Reason = slow,
        };
    }
}
