namespace Inference.Batching.Execution;

/// <summary>Invokes a callback once at a given time. System timers have a resolution of whole milliseconds; shorter waits are spent on a pool thread that yields. Thread-safe.</summary>
/// <remarks>A thread that waits for its call can watch the clock instead of both: it polls <see cref="Left"/> and calls <see cref="TryRing"/>.</remarks>
internal sealed class WakeTimer : IThreadPoolWorkItem, IDisposable
{
    // What any timer takes; a longer wait is cut into such.
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly Action _callback;
    private readonly Func<bool>? _tryWakeKeeper;
    private readonly bool _isSystem;
    private readonly ITimer _timer;
    private readonly long _fineTicks;
    private long _due = long.MaxValue;
    private long _number;
    private bool _yielding;

    /// <param name="clock">The clock.</param>
    /// <param name="callback">What is called.</param>
    /// <param name="tryWakeKeeper">Has the thread that watches the clock look again; false where there is none. Called under the lock.</param>
    public WakeTimer(TimeProvider clock, Action callback, Func<bool>? tryWakeKeeper = null)
    {
        _clock = clock;
        _callback = callback;
        _tryWakeKeeper = tryWakeKeeper;

        // A clock moved by hand has timers as fine as its ticks, and would never move while a thread waits for it.
        _isSystem = ReferenceEquals(clock, TimeProvider.System);
        _fineTicks = _isSystem ? clock.TimestampFrequency / 1000 : 1;
        _timer = clock.CreateTimer(static state => ((WakeTimer)state!).Ring(yielded: false), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time until the callback is due, 0 if it is overdue; null if nothing is scheduled, or if the clock is not the system's, so that a thread cannot wait for it.</summary>
    public TimeSpan? Left()
    {
        long due = Volatile.Read(ref _due);
        return due == long.MaxValue || !_isSystem ? null : _clock.GetElapsedTime(0, Math.Max(0, due - _clock.GetTimestamp()));
    }

    /// <summary>Whether the callback is due; if so, it is no longer scheduled and the caller does its work.</summary>
    public bool TryRing()
    {
        lock (_lock)
        {
            return IsRung();
        }
    }

    /// <summary>Starts the timer again after the last thread stopped watching the clock.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            Start();
        }
    }

    /// <summary>Schedules the callback, replacing any earlier schedule.</summary>
    /// <param name="due">When, in ticks of the clock; <see cref="long.MaxValue"/> for never.</param>
    /// <param name="number">The sequence number of the request: a request with a lower number than a later one is ignored.</param>
    public void Set(long due, long number)
    {
        lock (_lock)
        {
            if (number > _number)
            {
                _number = number;
                bool isEarlier = due < _due;
                Volatile.Write(ref _due, due);
                Start();
                if (isEarlier)
                {
                    _tryWakeKeeper?.Invoke();
                }
            }
        }
    }

    public void Dispose()
    {
        Set(long.MaxValue, long.MaxValue);
        _timer.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Volatile.Read(ref _due) - _clock.GetTimestamp() is var left && left > 0 && left < _fineTicks)
        {
            if (!Thread.Yield())
            {
                Thread.SpinWait(16);
            }
        }

        Ring(yielded: true);
    }

    private void Ring(bool yielded)
    {
        lock (_lock)
        {
            _yielding &= !yielded;
            if (!IsRung())
            {
                Start();
                return;
            }
        }

        _callback();
    }

    private bool IsRung()
    {
        if (_due > _clock.GetTimestamp())
        {
            return false;
        }

        Volatile.Write(ref _due, long.MaxValue);
        return true;
    }

    private void Start()
    {
        long left = _due - _clock.GetTimestamp();
        if (_due == long.MaxValue)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        else if (left >= _fineTicks)
        {
            TimeSpan time = _clock.GetElapsedTime(0, left);
            _timer.Change(time < s_longest ? time : s_longest, Timeout.InfiniteTimeSpan);
        }
        else if (!_yielding && _tryWakeKeeper?.Invoke() != true)
        {
            _yielding = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
