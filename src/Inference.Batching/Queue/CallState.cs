namespace Inference.Batching.Queue;

/// <summary>Where a call stands. The scheduler alone moves it on.</summary>
internal enum CallState
{
    /// <summary>Not seen by the queue yet.</summary>
    New,
    /// <summary>Waits for room in the queue.</summary>
    InLobby,
    /// <summary>Waits for a batch.</summary>
    Queued,
    /// <summary>Its inputs are being copied into a batch: it must not complete, or the caller could take them away.</summary>
    Claimed,
    /// <summary>In a batch that runs and no longer needs the caller's inputs.</summary>
    Running,
    /// <summary>Completed.</summary>
    Done,
}
