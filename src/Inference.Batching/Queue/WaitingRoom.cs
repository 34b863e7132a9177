using Inference.Batching.Diagnostics;

namespace Inference.Batching.Queue;

/// <summary>
/// The calls that wait: the bounded queue, the lobby of those held back where it is full, and their deadlines. Not thread-safe: guarded by the scheduler's lock.
/// </summary>
internal sealed class WaitingRoom
{
    private readonly string _model;
    private readonly TimeProvider _clock;
    private readonly BatchingInstruments _instruments;
    private readonly ITimer _timer;
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;
    private int _droppedCalls;
    private int _droppedRows;

    /// <param name="model">The model's name.</param>
    /// <param name="clock">The clock of deadlines.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="instruments">Told of calls that leave unserved.</param>
    /// <param name="onDeadline">Called outside the lock when a deadline may have passed.</param>
    public WaitingRoom(string model, TimeProvider clock, BatchingOptions options, BatchingInstruments instruments, Action onDeadline)
    {
        _model = model;
        _clock = clock;
        _instruments = instruments;
        Options = options;
        _timer = clock.CreateTimer(static state => ((Action)state!)(), onDeadline, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The bounds; call <see cref="Admit"/> after changing them.</summary>
    public BatchingOptions Options { get; set; }

    /// <summary>The calls that the next batch is taken from.</summary>
    public CallQueue Queue { get; } = new();

    /// <summary>The calls that wait for room in the queue.</summary>
    public CallQueue Lobby { get; } = new();

    /// <summary>Calls, and their rows, that left without running since this was read last.</summary>
    public (int Calls, int Rows) TakeDropped()
    {
        (int, int) dropped = (_droppedCalls, _droppedRows);
        _droppedCalls = 0;
        _droppedRows = 0;
        return dropped;
    }

    public bool IsEmpty => Queue.Rows == 0 && Lobby.Rows == 0;

    /// <summary>Lets a call in; false where it was refused and completed.</summary>
    public bool TryEnter(PendingCall call)
    {
        if ((Lobby.Rows == 0 && Fits(call)) || (Options.QueueFull == QueueFullMode.Shed && MakeRoom(call)))
        {
            Enqueue(call);
        }
        else if (Options.QueueFull == QueueFullMode.Wait)
        {
            call.State = CallState.InLobby;
            Lobby.Add(call);
        }
        else
        {
            _instruments.Unserved("full");
            Complete(call, new OverloadedException(
                $"Model '{_model}': {Queue.Rows} rows queue already, expected at most MaxQueuedRows = {Options.MaxQueuedRows} with the {call.Rows} of this call. Retry later, raise the limit, or let calls wait."));
            return false;
        }

        if (call.Deadline is { } deadline && deadline < _armedFor)
        {
            Arm(deadline);
        }

        return true;
    }

    /// <summary>Moves calls from the lobby into the queue while there is room.</summary>
    public void Admit()
    {
        while (Lobby.First is { } call && Fits(call))
        {
            Lobby.Remove(call);
            Enqueue(call);
        }
    }

    /// <summary>Takes a call out to run it.</summary>
    public void Claim(PendingCall call, long now)
    {
        Queue.Remove(call);
        call.State = CallState.Claimed;
        _instruments.Dequeued(call.Rows, TimeSpan.FromSeconds((double)(now - call.EnqueuedAt) / _clock.TimestampFrequency));
    }

    /// <summary>Takes a cancelled call out. Its completion is the caller's.</summary>
    public void RemoveCancelled(PendingCall call)
    {
        Unlink(call);
        _instruments.Unserved("cancelled");
        Admit();
    }

    /// <summary>Ends a call whose deadline passed. It does not run.</summary>
    public void Expire(PendingCall call)
    {
        Unlink(call);
        _instruments.Unserved("deadline");
        Complete(call, new DeadlineExceededException(
            $"Model '{_model}': the deadline {call.Deadline:O} passed while the call was queued; it did not run. Allow more time, or lower the load."));
    }

    /// <summary>Ends every call whose deadline passed, and arms the timer for the next.</summary>
    public void ExpireAll()
    {
        DateTimeOffset time = _clock.GetUtcNow();
        DateTimeOffset earliest = DateTimeOffset.MaxValue;
        Sweep(Queue, time, ref earliest);
        Sweep(Lobby, time, ref earliest);
        _armedFor = DateTimeOffset.MaxValue;
        if (earliest != DateTimeOffset.MaxValue)
        {
            Arm(earliest);
        }

        Admit();
    }

    /// <summary>Stops the timer.</summary>
    public void Close() => _timer.Dispose();

    /// <summary>Fails a call that did not run.</summary>
    public static void Complete(PendingCall call, Exception exception)
    {
        call.State = CallState.Done;
        call.Fail(exception);
    }

    private bool Fits(PendingCall call) => Queue.Rows == 0 || Queue.Rows + call.Rows <= Options.MaxQueuedRows;

    private bool MakeRoom(PendingCall call)
    {
        int level = call.PriorityIndex;
        int below = Queue.RowsBelow(level);
        int above = Queue.Rows - below;
        if (below == 0 || (above > 0 && above + call.Rows > Options.MaxQueuedRows))
        {
            return false;
        }

        while (!Fits(call))
        {
            PendingCall victim = Queue.NewestBelow(level)!;
            Unlink(victim);
            _instruments.Unserved("displaced");
            Complete(victim, new OverloadedException(
                $"Model '{_model}': {Options.MaxQueuedRows} rows may queue and a call of higher priority took the place of this one. Retry later, or raise MaxQueuedRows."));
        }

        return true;
    }

    private void Enqueue(PendingCall call)
    {
        call.State = CallState.Queued;
        Queue.Add(call);
        _instruments.Queued(call.Rows);
    }

    private void Unlink(PendingCall call)
    {
        if (call.State == CallState.InLobby)
        {
            Lobby.Remove(call);
        }
        else
        {
            Queue.Remove(call);
            _instruments.Queued(-call.Rows);
        }

        _droppedCalls++;
        _droppedRows += call.Rows;
    }

    private void Arm(DateTimeOffset deadline)
    {
        _armedFor = deadline;

        // Timers of the system count whole milliseconds, up to some 49 days.
        double milliseconds = Math.Clamp(Math.Ceiling((deadline - _clock.GetUtcNow()).TotalMilliseconds), 1, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private void Sweep(CallQueue queue, DateTimeOffset time, ref DateTimeOffset earliest)
    {
        for (PendingCall? call = queue.First; call is not null;)
        {
            PendingCall? next = queue.After(call);
            if (call.IsExpired(time))
            {
                Expire(call);
            }
            else if (call.Deadline is { } deadline && deadline < earliest)
            {
                earliest = deadline;
            }

            call = next;
        }
    }
}
