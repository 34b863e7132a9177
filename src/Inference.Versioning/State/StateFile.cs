namespace Inference.Versioning.State;

/// <summary>What <c>state.json</c> holds: the state that follows from a log that ends with this record. It is written for people and tools; nothing decides by it.</summary>
/// <param name="Sequence">Sequence of the log's last record.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="State">The state.</param>
internal sealed record StateFile(long Sequence, string Hash, RepositoryState State);
