namespace Inference.Batching;

/// <summary>What happens to a call that finds the queue full.</summary>
public enum QueueFullMode
{
    /// <summary>A call of lower priority that is queued gives way, the newest first; where there is none, the new call fails with <see cref="OverloadedException"/>.</summary>
    Shed,
    /// <summary>The call waits for room; deadlines and cancellation still end it. The caller is held back, nothing of its inputs is kept.</summary>
    Wait,
}
