namespace Inference.Benchmarks.Versioning;

/// <summary>A clock that stands still until it is moved to the next timer or moment. After every step it waits until the pool has nothing left to do, so that a simulation does not depend on the speed of the machine.</summary>
/// <remarks>Only one simulation may run in a process at a time, and its thread must not be one of the pool.</remarks>
internal sealed class SimulatedClock : TimeProvider
{
    // Work that is not of the simulation, such as another test's, would otherwise never let it go on.
    private const int LongestSettle = 20;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<(SimulatedTimer Timer, long Due), (long Due, long Order)> _timers = new();
    private int _idle;
    private long _now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;
    private long _order;

    public SimulatedClock()
    {
        // A test host keeps some threads of the pool for itself.
        for (int i = 0; i < 20; i++)
        {
            ThreadPool.GetAvailableThreads(out int available, out _);
            _idle = Math.Max(_idle, available);
            Thread.Sleep(0);
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when a time has passed; <see cref="Task.Delay(TimeSpan, TimeProvider)"/> knows whole milliseconds only.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var passed = new TaskCompletionSource();
        using ITimer timer = CreateTimer(static passed => ((TaskCompletionSource)passed!).SetResult(), passed, time, Timeout.InfiniteTimeSpan);
        await passed.Task.ConfigureAwait(false);
    }

    /// <summary>Moves to a moment, through every timer before it.</summary>
    public void RunUntil(long moment)
    {
        while (TryTake(moment, out SimulatedTimer? timer, out long due))
        {
            timer!.Fire(due);
            Settle();
        }

        Volatile.Write(ref _now, Math.Max(_now, moment));
    }

    /// <summary>Waits until the pool has nothing to do.</summary>
    public void Settle()
    {
        if (IsIdle())
        {
            return;
        }

        long start = Environment.TickCount64;
        var spin = new SpinWait();
        while (!IsIdle())
        {
            if (Environment.TickCount64 - start >= LongestSettle)
            {
                // A thread that somebody else keeps is not waited for again: each step would take as long.
                ThreadPool.GetAvailableThreads(out _idle, out _);
                return;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private bool IsIdle()
    {
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            return false;
        }

        ThreadPool.GetAvailableThreads(out int available, out _);
        _idle = Math.Max(_idle, available);
        return available == _idle && ThreadPool.PendingWorkItemCount == 0;
    }

    private bool TryTake(long moment, out SimulatedTimer? timer, out long due)
    {
        lock (_lock)
        {
            while (_timers.TryPeek(out (SimulatedTimer Timer, long Due) next, out _) && next.Due <= moment)
            {
                _timers.Dequeue();
                if (next.Timer.Due == next.Due)
                {
                    Volatile.Write(ref _now, Math.Max(_now, next.Due));
                    (timer, due) = next;
                    return true;
                }
            }
        }

        (timer, due) = (null, 0);
        return false;
    }

    private sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _period = period;
                Due = dueTime < TimeSpan.Zero ? long.MaxValue : clock._now + dueTime.Ticks;
                if (Due != long.MaxValue)
                {
                    clock._timers.Enqueue((this, Due), (Due, clock._order++));
                }
            }

            return true;
        }

        public void Fire(long due)
        {
            lock (clock._lock)
            {
                if (Due != due)
                {
                    return;
                }

                Due = long.MaxValue;
            }

            if (_period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }

            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
