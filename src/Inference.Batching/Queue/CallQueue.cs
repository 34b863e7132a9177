namespace Inference.Batching.Queue;

/// <summary>Calls in order of priority and, within one, of arrival. Not thread-safe.</summary>
internal sealed class CallQueue
{
    // One for each RunPriority.
    public const int Levels = 3;

    private readonly PendingCall?[] _heads = new PendingCall?[Levels];
    private readonly PendingCall?[] _tails = new PendingCall?[Levels];

    /// <summary>Rows of all calls.</summary>
    public int Rows { get; private set; }

    /// <summary>The next call to serve: the oldest of the highest priority.</summary>
    public PendingCall? First => _heads[2] ?? _heads[1] ?? _heads[0];

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

    /// <summary>The call served after this one.</summary>
    public PendingCall? After(PendingCall call)
    {
        if (call.Next is { } next)
        {
            return next;
        }

        for (int level = call.PriorityIndex - 1; level >= 0; level--)
        {
            if (_heads[level] is { } head)
            {
                return head;
            }
        }

        return null;
    }

    /// <summary>The newest call of the lowest priority, if that is below <paramref name="level"/>.</summary>
    public PendingCall? NewestBelow(int level)
    {
        for (int i = 0; i < level; i++)
        {
            if (_tails[i] is { } tail)
            {
                return tail;
            }
        }

        return null;
    }

    /// <summary>Rows of all calls of a priority below <paramref name="level"/>.</summary>
    public int RowsBelow(int level)
    {
        int rows = 0;
        for (int i = 0; i < level; i++)
        {
            for (PendingCall? call = _heads[i]; call is not null; call = call.Next)
            {
                rows += call.Rows;
            }
        }

        return rows;
    }

    private long Arrival(int level) => _heads[level]?.EnqueuedAt ?? long.MaxValue;
}
