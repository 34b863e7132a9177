namespace Inference.Status;

/// <summary>The current state of batching. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IBatchingStatus
{
    /// <summary>Whether batching is bypassed because measurements showed that it saves no time.</summary>
    bool IsSteppedAside { get; }

    /// <summary>The maximum number of rows in a batch: <c>BatchingOptions.MaxRows</c>, or less to meet the latency objective.</summary>
    int RowLimit { get; }

    /// <summary>The current maximum time that a call waits for others to join its batch.</summary>
    TimeSpan Delay { get; }

    /// <summary>The number of rows in the queue, excluding rows that wait because the queue is full.</summary>
    int QueuedRows { get; }

    /// <summary>The number of batches in flight.</summary>
    int BatchesInFlight { get; }
}
