namespace Inference.Batching.Execution;

/// <summary>Invokes a callback once at a given time. System timers have a resolution of whole milliseconds; shorter waits are spent on a pool thread that yields. Thread-safe.</summary>
internal sealed class WakeTimer : IThreadPoolWorkItem, IDisposable
{
    // What any timer takes; a longer wait is cut into such.
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly Action _callback;
    private readonly ITimer _timer;
    private readonly long _fineTicks;
    private long _due = long.MaxValue;
    private long _number;
    private bool _yielding;

    public WakeTimer(TimeProvider clock, Action callback)
    {
        _clock = clock;
        _callback = callback;

        // A clock moved by hand has timers as fine as its ticks, and would never move while a thread waits for it.
        _fineTicks = ReferenceEquals(clock, TimeProvider.System) ? clock.TimestampFrequency / 1000 : 1;
        _timer = clock.CreateTimer(static state => ((WakeTimer)state!).Ring(yielded: false), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
                Volatile.Write(ref _due, due);
                Start();
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
            if (_due > _clock.GetTimestamp())
            {
                Start();
                return;
            }

            Volatile.Write(ref _due, long.MaxValue);
        }

        _callback();
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
        else if (!_yielding)
        {
            _yielding = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
