using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Records;

/// <summary>A candidate that the search tried.</summary>
/// <param name="Name">What was done, such as <c>factorize 0.5 + int8</c>.</param>
/// <param name="Drop">Loss of the metric on the search rows; see <see cref="Metric.Drop"/>.</param>
/// <param name="WorstSliceDrop">The greatest loss of a slice with rows enough; null where there is none.</param>
/// <param name="Microseconds">Median time of a run.</param>
/// <param name="Speedup">The source's time ÷ this time, measured interleaved.</param>
/// <param name="Bytes">Bytes of the constants.</param>
/// <param name="Accepted">Whether it keeps to every budget.</param>
/// <param name="Reason">Why it was rejected, or what stands out; empty otherwise.</param>
public sealed record CandidateRecord(string Name, double Drop, double? WorstSliceDrop, double Microseconds, double Speedup, long Bytes, bool Accepted, string Reason);
