namespace Inference.TestSupport;

/// <summary>A clock that moves only when told to. Timers that fall due fire on the thread that moves it, in order of their due time, each at its own time.</summary>
/// <param name="start">The first reading; 2030-01-01 UTC by default.</param>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _start = start ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _elapsedTicks;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that are armed now.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Time until the first armed timer falls due; null where none is armed.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return Earliest() is { } timer ? TimeSpan.FromTicks(timer.Due - _elapsedTicks) : null;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(Volatile.Read(ref _elapsedTicks));

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _elapsedTicks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on and fires, on this thread, what falls due on the way, including timers armed by those that fired.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target = Volatile.Read(ref _elapsedTicks) + by.Ticks;
        while (true)
        {
            ManualTimer? due;
            lock (_lock)
            {
                due = Earliest();
                if (due is null || due.Due > target)
                {
                    _elapsedTicks = Math.Max(_elapsedTicks, target);
                    return;
                }

                _elapsedTicks = Math.Max(_elapsedTicks, due.Due);
                if (due.Period > 0)
                {
                    due.Due += due.Period;
                }
                else
                {
                    _timers.Remove(due);
                }
            }

            due.Fire();
        }
    }

    private ManualTimer? Earliest()
    {
        ManualTimer? first = null;
        foreach (ManualTimer timer in _timers)
        {
            if (first is null || timer.Due < first.Due || (timer.Due == first.Due && timer.Order < first.Order))
            {
                first = timer;
            }
        }

        return first;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long Due { get; set; }

        public long Period { get; private set; }

        public long Order { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool now;
            lock (clock._lock)
            {
                if (_disposed)
                {
                    return false;
                }

                clock._timers.Remove(this);
                Period = period > TimeSpan.Zero ? period.Ticks : 0;
                now = dueTime == TimeSpan.Zero && Period == 0;
                if (dueTime >= TimeSpan.Zero && !now)
                {
                    Due = clock._elapsedTicks + dueTime.Ticks;
                    Order = clock._order++;
                    clock._timers.Add(this);
                }
            }

            // As with the system's timers, the callback of a timer due at once does not run inside the call that arms it.
            if (now)
            {
                ThreadPool.QueueUserWorkItem(_ => Fire());
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
