namespace Inference.Batching.Queue;

/// <summary>The waiting calls: the bounded queue, the lobby of calls held back while it is full, and their deadlines. Not thread-safe.</summary>
/// <param name="options">The bounds to begin with.</param>
/// <param name="millisecond">Ticks of the clock in a millisecond: deadlines are rounded to whole milliseconds, so that no thread needs to spin.</param>
internal sealed class WaitingRoom(BatchingOptions options, long millisecond)
{
    // Long enough for priorities to order a burst, short enough for a caller of low priority to wait for.
    private const long LeastAgeing = 50;
    private const long AgeingDelays = 4;
    private long _earliest = long.MaxValue;

    /// <summary>The bounds; call <see cref="Admit"/> after changing them.</summary>
    public BatchingOptions Options
    {
        get;
        set
        {
            field = value;
            Queue.AgeingStep = Lobby.AgeingStep = StepOf(value, millisecond);
        }
    } = options;

    /// <summary>The calls that the next batch is formed from.</summary>
    public CallQueue Queue { get; } = new() { AgeingStep = StepOf(options, millisecond) };

    /// <summary>The calls that wait for room in the queue.</summary>
    public CallQueue Lobby { get; } = new() { AgeingStep = StepOf(options, millisecond) };

    /// <summary>When to check for expired deadlines next, ticks of the clock; <see cref="long.MaxValue"/> if no call has a deadline.</summary>
    public long WakeAt { get; private set; } = long.MaxValue;

    public bool IsEmpty => Queue.Rows == 0 && Lobby.Rows == 0;

    /// <summary>Admits a call; false if it was refused.</summary>
    public bool TryEnter(PendingCall call, long now, ref Commands commands)
    {
        if ((Lobby.Rows == 0 && Fits(call)) || (Options.QueueFull == QueueFullMode.Shed && MakeRoom(call, ref commands)))
        {
            Enqueue(call, ref commands);
        }
        else if (Options.QueueFull == QueueFullMode.Wait)
        {
            call.State = CallState.InLobby;
            Lobby.Add(call);
        }
        else
        {
            commands.Queue = (Queue.Rows, Options.MaxQueuedRows);
            commands.End(call, CallEnding.Full);
            return false;
        }

        Await(call.ExpiresAt, now);
        return true;
    }

    /// <summary>Moves calls from the lobby into the queue while there is room.</summary>
    public void Admit(ref Commands commands)
    {
        while (Lobby.First is { } call && Fits(call))
        {
            Lobby.Remove(call);
            Enqueue(call, ref commands);
        }
    }

    /// <summary>Removes a call from the queue in order to run it.</summary>
    public void Claim(PendingCall call, ref Commands commands)
    {
        Queue.Remove(call);
        commands.QueuedRows -= call.Rows;
        call.State = CallState.Claimed;
    }

    /// <summary>Removes a call and ends it without running it.</summary>
    public void End(PendingCall call, CallEnding ending, ref Commands commands)
    {
        if (call.State == CallState.InLobby)
        {
            Lobby.Remove(call);
        }
        else
        {
            Queue.Remove(call);
            commands.QueuedRows -= call.Rows;
        }

        commands.End(call, ending);
    }

    /// <summary>Ends every call whose deadline has passed, and updates <see cref="WakeAt"/>.</summary>
    public void Expire(long now, ref Commands commands)
    {
        _earliest = WakeAt = long.MaxValue;
        Sweep(Queue, now, ref commands);
        Sweep(Lobby, now, ref commands);
    }

    private static long StepOf(BatchingOptions options, long millisecond) => millisecond * Math.Max(LeastAgeing, AgeingDelays * (long)options.MaxDelay.TotalMilliseconds);

    private bool Fits(PendingCall call) => Queue.Rows == 0 || Queue.Rows + call.Rows <= Options.MaxQueuedRows;

    private bool MakeRoom(PendingCall call, ref Commands commands)
    {
        int below = Queue.RowsBelow(call);
        int above = Queue.Rows - below;
        if (below == 0 || (above > 0 && above + call.Rows > Options.MaxQueuedRows))
        {
            return false;
        }

        commands.Queue = (Queue.Rows, Options.MaxQueuedRows);
        while (!Fits(call))
        {
            End(Queue.NewestBelow(call)!, CallEnding.Displaced, ref commands);
        }

        return true;
    }

    private void Enqueue(PendingCall call, ref Commands commands)
    {
        call.State = CallState.Queued;
        Queue.Add(call);
        commands.QueuedRows += call.Rows;
    }

    private void Sweep(CallQueue queue, long now, ref Commands commands)
    {
        CallWalk walk = queue.Walk();
        while (walk.Next() is { } call)
        {
            if (call.ExpiresAt <= now)
            {
                End(call, CallEnding.Expired, ref commands);
            }
            else
            {
                Await(call.ExpiresAt, now);
            }
        }
    }

    private void Await(long deadline, long now)
    {
        if (deadline < _earliest)
        {
            _earliest = deadline;
            WakeAt = now + (Math.Max(1, (deadline - now + millisecond - 1) / millisecond) * millisecond);
        }
    }
}
