namespace Inference.Batching.Queue;

/// <summary>
/// Calls in order of priority and of arrival: a call is served before later ones of lower priority, and before those of higher priority that arrive more than
/// <see cref="AgeingStep"/> later for each level between them. So no call waits for an unbounded number of later ones. Not thread-safe.
/// </summary>
internal sealed class CallQueue
{
    // One for each RunPriority.
    public const int Levels = 3;

    private readonly PendingCall?[] _heads = new PendingCall?[Levels];
    private readonly PendingCall?[] _tails = new PendingCall?[Levels];

    /// <summary>Rows of all calls.</summary>
    public int Rows { get; private set; }

    /// <summary>The waiting time after which a call is served like one of the next higher priority, ticks of the clock.</summary>
    public long AgeingStep { get; set; } = long.MaxValue / 8;

    /// <summary>The next call to serve.</summary>
    public PendingCall? First => Walk().Next();

    /// <summary>When the oldest call of any priority came.</summary>
    public long OldestArrival => Math.Min(Math.Min(Arrival(0), Arrival(1)), Arrival(2));

    public void Add(PendingCall call)
    {
        int level = call.PriorityIndex;
        call.Previous = _tails[level];
        call.Next = null;
        if (_tails[level] is { } tail)
        {
            tail.Next = call;
        }
        else
        {
            _heads[level] = call;
        }

        _tails[level] = call;
        Rows += call.Rows;
    }

    public void Remove(PendingCall call)
    {
        int level = call.PriorityIndex;
        if (call.Previous is { } previous)
        {
            previous.Next = call.Next;
        }
        else
        {
            _heads[level] = call.Next;
        }

        if (call.Next is { } next)
        {
            next.Previous = call.Previous;
        }
        else
        {
            _tails[level] = call.Previous;
        }

        call.Next = null;
        call.Previous = null;
        Rows -= call.Rows;
    }

    /// <summary>Enumerates the calls in the order in which they are served.</summary>
    public CallWalk Walk() => new(_heads[0], _heads[1], _heads[2], AgeingStep);

    /// <summary>The newest call of the lowest priority that gives way to <paramref name="call"/>: one of lower priority that would be served after it.</summary>
    public PendingCall? NewestBelow(PendingCall call)
    {
        for (int level = 0; level < call.PriorityIndex; level++)
        {
            if (_tails[level] is { } tail && Turn(tail, AgeingStep) > Turn(call, AgeingStep))
            {
                return tail;
            }
        }

        return null;
    }

    /// <summary>Rows of all calls that give way to <paramref name="call"/>.</summary>
    public int RowsBelow(PendingCall call)
    {
        int rows = 0;
        for (int level = 0; level < call.PriorityIndex; level++)
        {
            for (PendingCall? other = _tails[level]; other is not null && Turn(other, AgeingStep) > Turn(call, AgeingStep); other = other.Previous)
            {
                rows += other.Rows;
            }
        }

        return rows;
    }

    /// <summary>The one of two calls that is served first: each level of priority counts as an earlier arrival by one step; of equal ones, the higher priority goes first.</summary>
    internal static PendingCall? Earlier(PendingCall? higher, PendingCall? lower, long step) =>
        higher is null || (lower is not null && Turn(lower, step) < Turn(higher, step)) ? lower : higher;

    private static long Turn(PendingCall call, long step) => call.EnqueuedAt - (call.PriorityIndex * step);

    private long Arrival(int level) => _heads[level]?.EnqueuedAt ?? long.MaxValue;
}
