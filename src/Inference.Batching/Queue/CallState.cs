namespace Inference.Batching.Queue;

/// <summary>The state of a call. Only the scheduler changes it.</summary>
internal enum CallState
{
    /// <summary>Not queued yet.</summary>
    New,
    /// <summary>Waits for room in the queue.</summary>
    InLobby,
    /// <summary>Waits for a batch.</summary>
    Queued,
    /// <summary>Its inputs are being copied into a batch: it must not complete, because the caller could then dispose them.</summary>
    Claimed,
    /// <summary>In a batch that runs and no longer needs the caller's inputs.</summary>
    Running,
    /// <summary>Completed.</summary>
    Done,
}
