namespace Inference.Decisions;

/// <summary>Stores the decisions of models: one append-only log per model, to which a record is added only if the log ends with the record that the writer expects. An empty log also accepts a checkpoint with any sequence, to continue a lost log. Thread-safe; several processes may share a store.</summary>
public interface IDecisionStore
{
    /// <summary>Returns the last record of a model's log; null if there is none.</summary>
    /// <exception cref="DecisionStoreException">The log cannot be read.</exception>
    ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Returns the records after a sequence, in order. If the log no longer has the next one, returns those that it has: the first is then a <see cref="DecisionActions.Checkpoint"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequence">The last known sequence; 0 for all records.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="DecisionStoreException">The records cannot be read.</exception>
    ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default);

    /// <summary>Returns all stored records, in order, including those before a checkpoint that now begins the log.</summary>
    /// <exception cref="DecisionStoreException">The records cannot be read.</exception>
    ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Adds a record if the log's last one has the hash <see cref="Decision.Previous"/>; it is durable when this returns true.</summary>
    /// <param name="model">The model.</param>
    /// <param name="decision">The record, created by <see cref="Decision.After"/>.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is written.</param>
    /// <returns>False if another record was added first: read the new records and decide again.</returns>
    /// <exception cref="ArgumentException">The record does not have the hash of its content.</exception>
    /// <exception cref="DecisionStoreException">The record could not be written; the log is unchanged.</exception>
    ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default);
}
