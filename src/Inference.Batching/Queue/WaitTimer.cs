namespace Inference.Batching.Queue;

/// <summary>Calls back once after a short time. Timers of the system count whole milliseconds; what is shorter is waited out on a thread of the pool that yields.</summary>
internal sealed class WaitTimer : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly Action _callback;
    private readonly ITimer _timer;
    private readonly long _fineTicks;
    private long _due;
    private bool _armed;
    private bool _yielding;

    public WaitTimer(TimeProvider clock, Action callback)
    {
        _clock = clock;
        _callback = callback;

        // A clock moved by hand has timers as fine as its ticks, and would never move while a thread waits for it.
        _fineTicks = ReferenceEquals(clock, TimeProvider.System) ? clock.TimestampFrequency / 1000 : 0;
        _timer = clock.CreateTimer(static state => ((WaitTimer)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsArmed
    {
        get
        {
            lock (_lock)
            {
                return _armed;
            }
        }
    }

    /// <summary>Asks for the callback in so many ticks of the clock; false where it was asked for already.</summary>
    public bool Arm(long ticks)
    {
        lock (_lock)
        {
            if (_armed)
            {
                return false;
            }

            _armed = true;
            Volatile.Write(ref _due, _clock.GetTimestamp() + ticks);
            Start(ticks);
            return true;
        }
    }

    public void Disarm()
    {
        lock (_lock)
        {
            if (_armed)
            {
                _armed = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            while (Volatile.Read(ref _armed) && _clock.GetTimestamp() < Volatile.Read(ref _due))
            {
                if (!Thread.Yield())
                {
                    Thread.SpinWait(16);
                }
            }

            lock (_lock)
            {
                if (_armed && _clock.GetTimestamp() < _due)
                {
                    continue;
                }

                _yielding = false;
                if (!_armed)
                {
                    return;
                }
            }

            _callback();
            return;
        }
    }

    private void Start(long ticks)
    {
        if (ticks >= _fineTicks)
        {
            _timer.Change(TimeSpan.FromSeconds((double)ticks / _clock.TimestampFrequency), Timeout.InfiniteTimeSpan);
        }
        else if (!_yielding)
        {
            _yielding = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (!_armed)
            {
                return;
            }

            long left = _due - _clock.GetTimestamp();
            if (left > 0)
            {
                Start(left);
                return;
            }
        }

        _callback();
    }
}
