using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>The source model as a candidate: without drop, as fast and as large as itself.</summary>
internal static class SourceCandidate
{
    public static CandidateRecord Of(OnnxModel source, OptimizeOptions options, IReadOnlyList<double> times)
    {
        string[] objections = SearchLimits.Objections(options, 1, Weights.TotalBytes(source.Graph), times);
        return new CandidateRecord
        {
            Name = CandidateRecord.SourceName,
            Drop = 0,
            DropHigh = 0,
            Outcome = VerdictOutcome.Met,
            Microseconds = 0,
            Speedup = 1,
            Bytes = Weights.TotalBytes(source.Graph),
            Accepted = objections.Length == 0,
            Reason = string.Join("; ", objections),
        };
    }
}
