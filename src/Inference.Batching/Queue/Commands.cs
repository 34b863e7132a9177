namespace Inference.Batching.Queue;

/// <summary>The actions to take after an event, once no lock is held. Commands of several events may be carried out in any order; those of the timer are numbered.</summary>
internal struct Commands
{
    private PendingCall? _lastEnded;

    /// <summary>The first call to complete; the others follow by <see cref="PendingCall.Next"/>, in the order in which they ended.</summary>
    public PendingCall? Ended { get; private set; }

    /// <summary>The rows that queued when a call found the queue full, and the bound.</summary>
    public (int Rows, int Most) Queue { get; set; }

    /// <summary>Rows added to the queue minus rows removed from it.</summary>
    public int QueuedRows { get; set; }

    /// <summary>How many times to raise <see cref="Scheduling.BatchEventKind.SlotReady"/>, soon and from other threads.</summary>
    public int Slots { get; set; }

    /// <summary>The batch to run.</summary>
    public Batch? Run { get; set; }

    /// <summary>A batch whose callers have all left, and whose run is to be cancelled.</summary>
    public Batch? Abandoned { get; set; }

    /// <summary>When to raise <see cref="Scheduling.BatchEventKind.Woke"/>, once, replacing any earlier request; <see cref="long.MaxValue"/> for never.</summary>
    public long WakeAt { get; set; }

    /// <summary>The sequence number of the <see cref="WakeAt"/> request; a lower number is out of date, 0 means no request.</summary>
    public long WakeNumber { get; set; }

    /// <summary>Whether the scheduler is now stopped and empty.</summary>
    public bool Drained { get; set; }

    /// <summary>Ends a call that is in no list any more.</summary>
    public void End(PendingCall call, CallEnding ending)
    {
        call.State = CallState.Done;
        call.Ending = ending;
        if (_lastEnded is null)
        {
            Ended = call;
        }
        else
        {
            _lastEnded.Next = call;
        }

        _lastEnded = call;
    }
}
