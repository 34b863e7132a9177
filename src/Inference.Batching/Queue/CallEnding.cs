namespace Inference.Batching.Queue;

/// <summary>Why a call ended without an answer from the model.</summary>
internal enum CallEnding
{
    /// <summary>It has not ended, or ended with an answer.</summary>
    None,
    /// <summary>It found the queue full.</summary>
    Full,
    /// <summary>A call of higher priority took its place in the queue.</summary>
    Displaced,
    /// <summary>Its deadline passed while it was queued.</summary>
    Expired,
    /// <summary>It was cancelled while it was queued.</summary>
    Cancelled,
    /// <summary>It was cancelled before it was queued, or in a batch.</summary>
    Left,
    /// <summary>It arrived after disposal.</summary>
    Disposed,
}
