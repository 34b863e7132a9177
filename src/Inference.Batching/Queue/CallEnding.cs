namespace Inference.Batching.Queue;

/// <summary>Why a call ends without an answer of the model.</summary>
internal enum CallEnding
{
    /// <summary>It did not, or not yet.</summary>
    None,
    /// <summary>It found the queue full.</summary>
    Full,
    /// <summary>A call of higher priority took its place in the queue.</summary>
    Displaced,
    /// <summary>Its deadline passed in the queue.</summary>
    Expired,
    /// <summary>It was cancelled in the queue.</summary>
    Cancelled,
    /// <summary>It was cancelled before the queue saw it, or in a batch.</summary>
    Left,
    /// <summary>It came after the end.</summary>
    Disposed,
}
