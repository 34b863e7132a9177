namespace Inference.Versioning.State;

/// <summary>The content of <c>state.json</c>: the state after a record. It is written for people and tools; no decision depends on it.</summary>
/// <param name="Sequence">The sequence number of the log's last record.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="State">The state.</param>
internal sealed record StateFile(long Sequence, string Hash, RepositoryState State);
