namespace Inference.Status;

/// <summary>What batching does at the moment. Reached by <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IBatchingStatus
{
    /// <summary>Whether batching was measured not to pay and calls go past it.</summary>
    bool IsSteppedAside { get; }

    /// <summary>Rows in a batch at most: <c>BatchingOptions.MaxRows</c>, or less to keep the latency objective.</summary>
    int RowLimit { get; }

    /// <summary>The longest wait for company at the moment.</summary>
    TimeSpan Delay { get; }

    /// <summary>Rows that queue, those held back at a full queue not included.</summary>
    int QueuedRows { get; }

    /// <summary>Batches in flight.</summary>
    int BatchesInFlight { get; }
}
