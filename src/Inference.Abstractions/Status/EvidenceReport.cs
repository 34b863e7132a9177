namespace Inference.Status;

/// <summary>All counts of one process since it began to count: a later report includes the earlier ones. Immutable.</summary>
/// <param name="Subject">What the counts are of. Processes that try the same files of a version after the same decisions are in the same trial, and those that watch the same version with the same profile count the same rows; counts of different subjects are never merged.</param>
/// <param name="Replica">The process and its part; unique, and another one if the process begins again.</param>
/// <param name="Sequence">Increases with each report of a replica whose counts have changed.</param>
/// <param name="Counts">The counts, in the form of the component that made the report.</param>
public sealed record EvidenceReport(string Subject, string Replica, long Sequence, ReadOnlyMemory<byte> Counts);
