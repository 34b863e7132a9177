namespace Inference.Batching.Scheduling;

/// <summary>What can happen to the scheduler.</summary>
internal enum BatchEventKind
{
    /// <summary>A call came that is to queue: <see cref="BatchEvent.Call"/>.</summary>
    Arrived,
    /// <summary>The caller of <see cref="BatchEvent.Call"/> no longer waits.</summary>
    Cancelled,
    /// <summary>A thread is there for a batch that was asked for by <see cref="Queue.Commands.Slots"/>.</summary>
    SlotReady,
    /// <summary>The inputs of a batch, or of <see cref="BatchEvent.Call"/> of it alone, are no longer needed: its calls may complete at any time.</summary>
    Started,
    /// <summary><see cref="BatchEvent.Batch"/> is done.</summary>
    Finished,
    /// <summary>A call of <see cref="BatchEvent.Rows"/> that ran past the queue since <see cref="BatchEvent.Since"/> is done.</summary>
    InlineFinished,
    /// <summary>The time of <see cref="Queue.Commands.WakeAt"/> has come, or another.</summary>
    Woke,
    /// <summary><see cref="BatchEvent.Options"/> hold from now on.</summary>
    OptionsChanged,
    /// <summary>No call is accepted any more, and those that queue run without waiting for company.</summary>
    Stopped,
}
