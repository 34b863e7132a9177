namespace Inference.Batching.Execution;

/// <summary>
/// Finds a thread for each batch that is to be formed: one that waits for its own call, else one of the pool. What was asked of the pool is taken by whichever thread
/// comes first, so that a thread that waits never needs another one. The first of those that wait also watches the clock. Thread-safe.
/// </summary>
/// <param name="pool">What the pool executes for each batch that was asked of it: it calls <see cref="TryTake()"/>.</param>
/// <param name="unkept">Told, with no lock held, when nobody who waits watches the clock any more.</param>
internal sealed class SlotDesk(IThreadPoolWorkItem pool, Action unkept)
{
    private readonly Lock _lock = new();
    private readonly List<CallWaiter> _idle = [];
    private int _open;

    /// <summary>Finds threads for batches.</summary>
    /// <param name="slots">How many.</param>
    /// <param name="self">Whose thread this is: it forms them itself, later, while its own call waits. Null for a thread that waits for no call.</param>
    public void Offer(int slots, CallWaiter? self)
    {
        for (int i = 0; i < slots; i++)
        {
            CallWaiter? taker;
            (bool Left, CallWaiter? Next) keeper = default;
            lock (_lock)
            {
                taker = self is { Call.IsCompleted: false } ? self : LastWaiting();
                if (taker is null)
                {
                    _open++;
                }
                else
                {
                    taker.Slots++;
                    keeper = Leave(taker);
                }
            }

            Tell(keeper);
            if (taker is null)
            {
                // Not to this thread's own queue: the continuations of the batch before, which bring its callers' next calls, go first.
                ThreadPool.UnsafeQueueUserWorkItem(pool, preferLocal: false);
            }
            else if (taker != self)
            {
                taker.Wake();
            }
        }
    }

    /// <summary>Takes a batch that was asked of the pool; false where a thread that waits took it.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            return TakeOpen();
        }
    }

    /// <summary>Takes a batch for a thread that waits: one that it was given, or one that was asked of the pool. Where there is none, the thread is idle from here on.</summary>
    public bool TryTake(CallWaiter self)
    {
        (bool Left, CallWaiter? Next) keeper = default;
        bool taken = true;
        lock (_lock)
        {
            if (self.Slots > 0)
            {
                self.Slots--;
            }
            else
            {
                taken = !self.Call.IsCompleted && TakeOpen();
            }

            if (taken)
            {
                keeper = Leave(self);
            }
            else if (!self.IsIdle)
            {
                self.IsIdle = true;
                _idle.Add(self);
            }
        }

        Tell(keeper);
        return taken;
    }

    /// <summary>Whether this thread is the one that watches the clock.</summary>
    public bool IsKeeper(CallWaiter self)
    {
        lock (_lock)
        {
            return _idle.Count > 0 && ReferenceEquals(_idle[0], self);
        }
    }

    /// <summary>Has the thread that watches the clock look again; false where there is none.</summary>
    public bool TryWakeKeeper()
    {
        CallWaiter? keeper;
        lock (_lock)
        {
            keeper = _idle.Count > 0 ? _idle[0] : null;
        }

        keeper?.Wake();
        return keeper is not null;
    }

    /// <summary>A thread waits no longer: what it was given and has not begun is others'.</summary>
    public void Quit(CallWaiter self)
    {
        (bool Left, CallWaiter? Next) keeper;
        int slots;
        lock (_lock)
        {
            keeper = Leave(self);
            (slots, self.Slots) = (self.Slots, 0);
        }

        Tell(keeper);
        Offer(slots, null);
    }

    // Whether it was the one that watched the clock, and who does in its place.
    private (bool Left, CallWaiter? Next) Leave(CallWaiter self)
    {
        if (!self.IsIdle)
        {
            return default;
        }

        bool kept = ReferenceEquals(_idle[0], self);
        self.IsIdle = false;
        _idle.Remove(self);
        return (kept, _idle.Count > 0 ? _idle[0] : null);
    }

    private void Tell((bool Left, CallWaiter? Next) keeper)
    {
        if (keeper.Left && keeper.Next is null)
        {
            unkept();
        }
        else if (keeper.Left)
        {
            keeper.Next!.Wake();
        }
    }

    private bool TakeOpen()
    {
        if (_open == 0)
        {
            return false;
        }

        _open--;
        return true;
    }

    private CallWaiter? LastWaiting()
    {
        for (int i = _idle.Count - 1; i >= 0; i--)
        {
            if (!_idle[i].Call.IsCompleted)
            {
                return _idle[i];
            }
        }

        return null;
    }
}
