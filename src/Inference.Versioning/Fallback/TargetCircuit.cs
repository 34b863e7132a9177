namespace Inference.Versioning.Fallback;

/// <summary>The circuit breaker of a target: rejects calls while the target mostly fails, and lets single calls try it again after a while.</summary>
/// <remarks>
/// While closed, it counts the outcomes of the calls of the last <see cref="FallbackOptions.SamplingPeriod"/> and opens when enough of them have failed. While open, it rejects calls for <see cref="FallbackOptions.BreakDuration"/>;
/// then it admits one call per such period, until one succeeds and closes it. A call whose outcome says nothing about the target changes nothing, and leaves the trial to the next call. Times are
/// differences of the clock's timestamps and therefore do not depend on the time of day. Thread-safe; allocates nothing per call.
/// </remarks>
internal sealed class TargetCircuit
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly RecentCalls _recent;
    private readonly double _failureRatio;
    private readonly int _minimumCalls;
    private readonly long _breakTicks;
    private long _state;
    private long _nextTrial;

    public TargetCircuit(FallbackOptions options, TimeProvider clock)
    {
        _clock = clock;
        _failureRatio = options.FailureRatio;
        _minimumCalls = options.MinimumCalls;
        _breakTicks = Ticks(options.BreakDuration);
        _recent = new RecentCalls(Ticks(options.SamplingPeriod));

        long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>Whether calls are rejected, except for single trial calls.</summary>
    public bool IsOpen => IsOpenState(Volatile.Read(ref _state));

    /// <summary>Whether an exception is the target's fault, as opposed to invalid inputs or a cancellation by the caller.</summary>
    /// <param name="exception">The exception that the call ended with.</param>
    /// <param name="cancellationToken">The caller's token. If it is not cancelled, an <see cref="OperationCanceledException"/> is a limit of the target itself.</param>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && exception is not (InvalidInputException or ArgumentException);

    /// <summary>Determines whether a call may run.</summary>
    /// <param name="pass">To be passed to <see cref="Exit"/> once, when the call has ended.</param>
    /// <returns>False if the circuit is open.</returns>
    public bool TryEnter(out long pass)
    {
        lock (_lock)
        {
            pass = _state;
            if (!IsOpenState(pass))
            {
                return true;
            }

            long now = _clock.GetTimestamp();
            if (now < _nextTrial)
            {
                return false;
            }

            // If a trial does not end within this time, the next one does not wait for it.
            _nextTrial = now + _breakTicks;
            return true;
        }
    }

    /// <summary>Records the outcome of a call.</summary>
    /// <param name="pass">The value from <see cref="TryEnter"/>.</param>
    /// <param name="end">What the outcome says about the target.</param>
    public void Exit(long pass, CallEnd end)
    {
        lock (_lock)
        {
            // Calls that began before the circuit opened or closed say nothing about the time since.
            if (pass != _state)
            {
                return;
            }

            long now = _clock.GetTimestamp();
            if (IsOpenState(pass))
            {
                if (end == CallEnd.Succeeded)
                {
                    Change(1);
                }
                else
                {
                    _nextTrial = end == CallEnd.Failed ? now + _breakTicks : now;
                }
            }
            else if (end != CallEnd.Unknown)
            {
                _recent.Add(now, end == CallEnd.Failed);
                if (end == CallEnd.Failed && _recent.Calls >= _minimumCalls && _recent.Failed >= _failureRatio * _recent.Calls)
                {
                    Change(1);
                    _nextTrial = now + _breakTicks;
                }
            }
        }
    }

    /// <summary>Closes the circuit and discards the recorded calls, because the target has changed.</summary>
    public void Close()
    {
        lock (_lock)
        {
            // A new state even if it was closed: calls that are still running no longer count.
            Change(IsOpen ? 1 : 2);
        }
    }

    private static bool IsOpenState(long state) => (state & 1) != 0;

    // States are numbered: even ones are closed, odd ones open.
    private void Change(int by)
    {
        Volatile.Write(ref _state, _state + by);
        _recent.Clear();
    }
}
