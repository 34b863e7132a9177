namespace Inference.Batching.Scheduling;

/// <summary>The kinds of event that the scheduler handles.</summary>
internal enum BatchEventKind
{
    /// <summary>A call arrived that is to be queued: <see cref="BatchEvent.Call"/>.</summary>
    Arrived,
    /// <summary>The caller of <see cref="BatchEvent.Call"/> no longer waits.</summary>
    Cancelled,
    /// <summary>A thread is available for a batch that was requested by <see cref="Queue.Commands.Slots"/>.</summary>
    SlotReady,
    /// <summary>The inputs of a batch, or of <see cref="BatchEvent.Call"/> of it alone, are no longer needed: its calls may complete at any time.</summary>
    Started,
    /// <summary><see cref="BatchEvent.Batch"/> is done.</summary>
    Finished,
    /// <summary>A call of <see cref="BatchEvent.Rows"/> rows that bypassed the queue since <see cref="BatchEvent.Since"/> is done.</summary>
    InlineFinished,
    /// <summary>The time of <see cref="Queue.Commands.WakeAt"/> has come; may also be raised early.</summary>
    Woke,
    /// <summary><see cref="BatchEvent.Options"/> apply from now on.</summary>
    OptionsChanged,
    /// <summary>No further calls are accepted, and queued calls run without waiting for further rows.</summary>
    Stopped,
}
