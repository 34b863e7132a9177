namespace Inference.Decisions;

/// <summary>Keeps the decisions of models: one append-only log a model, to which a record is added only while the log ends as its writer believes. An empty log also takes a checkpoint, whatever its sequence: so a log goes on that was lost. Thread-safe; several processes may share one.</summary>
public interface IDecisionStore
{
    /// <summary>The last record of a model's log; null where there is none.</summary>
    /// <exception cref="DecisionStoreException">It cannot be read.</exception>
    ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>The records after a sequence, in order. Where the log no longer has the next one, those that it has: the first is then a <see cref="DecisionActions.Checkpoint"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequence">The last sequence that is known; 0 for all that there is.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="DecisionStoreException">They cannot be read.</exception>
    ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default);

    /// <summary>All records that are kept, in order, those before a checkpoint that begins the log now included.</summary>
    /// <exception cref="DecisionStoreException">They cannot be read.</exception>
    ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Adds a record if the log's last one has the hash <see cref="Decision.Previous"/>; it is durable when this returns true.</summary>
    /// <param name="model">The model.</param>
    /// <param name="decision">The record, made by <see cref="Decision.After"/>.</param>
    /// <param name="cancellationToken">Stops before anything is written.</param>
    /// <returns>False where another record came first: read on, and decide again.</returns>
    /// <exception cref="ArgumentException">The record does not have the hash of its content.</exception>
    /// <exception cref="DecisionStoreException">It could not be written; the log is as it was.</exception>
    ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default);
}
