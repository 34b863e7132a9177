using Microsoft.Extensions.Time.Testing;

namespace Inference.TestSupport;

/// <summary>
/// A fake clock that also counts the timers that run: a test waits until the code under test waits on the clock, and only then moves it on, as time that passes
/// before a timer is started is lost to that timer.
/// </summary>
public sealed class TimerCountingTimeProvider : FakeTimeProvider
{
    private int _runningTimers;

    /// <summary>Timers created with a due time that have neither fired nor been disposed; a wait by <see cref="Task.Delay(TimeSpan, TimeProvider)"/> has one.</summary>
    public int RunningTimers => Volatile.Read(ref _runningTimers);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => dueTime == Timeout.InfiniteTimeSpan
        ? base.CreateTimer(callback, state, dueTime, period)
        : new CountedTimer(this, timer => base.CreateTimer(
            callingState =>
            {
                timer.End();
                callback(callingState);
            },
            state,
            dueTime,
            period));

    private sealed class CountedTimer : ITimer
    {
        private const int Counted = 1;
        private const int Ended = 2;

        private readonly TimerCountingTimeProvider _clock;
        private readonly ITimer _timer;
        private int _state;

        public CountedTimer(TimerCountingTimeProvider clock, Func<CountedTimer, ITimer> create)
        {
            _clock = clock;
            _timer = create(this);

            // Counted only once it runs; by then it may have fired already.
            if (Interlocked.CompareExchange(ref _state, Counted, 0) == 0)
            {
                Interlocked.Increment(ref clock._runningTimers);
            }
        }

        public void End()
        {
            if (Interlocked.Exchange(ref _state, Ended) == Counted)
            {
                Interlocked.Decrement(ref _clock._runningTimers);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _timer.Change(dueTime, period);

        public void Dispose()
        {
            End();
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            End();
            return _timer.DisposeAsync();
        }
    }
}
