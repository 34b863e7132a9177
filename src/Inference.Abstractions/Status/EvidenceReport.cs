namespace Inference.Status;

/// <summary>All counts of one process in a trial since it began there: a later report includes the earlier ones. Immutable.</summary>
/// <param name="Trial">The trial. Processes that try the same files of a version after the same decisions are in the same trial; counts of different trials are never merged.</param>
/// <param name="Replica">The process and its part in the trial; unique, and another one if the process begins the trial again.</param>
/// <param name="Sequence">Increases with each report of a replica whose counts have changed.</param>
/// <param name="Counts">The counts, in the form of the component that made the report.</param>
public sealed record EvidenceReport(string Trial, string Replica, long Sequence, ReadOnlyMemory<byte> Counts);
