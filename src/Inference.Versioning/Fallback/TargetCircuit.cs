namespace Inference.Versioning.Fallback;

/// <summary>Keeps calls from a target that mostly fails, and lets single calls try it again after a while.</summary>
/// <remarks>
/// Closed, it counts how the calls of the last <see cref="FallbackOptions.SamplingPeriod"/> ended and opens when enough of them failed. Open, it refuses calls for <see cref="FallbackOptions.BreakTime"/>;
/// then one call in each such time is let through, until one succeeds and closes it. A call that says nothing of the target changes nothing, and leaves the trial to the next call. Times are
/// differences of the clock's timestamps, so that setting the time of day moves nothing. Thread-safe; allocates nothing per call.
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
        _breakTicks = Ticks(options.BreakTime);
        _recent = new RecentCalls(Ticks(options.SamplingPeriod));

        long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>Whether calls are kept away, but for single ones that try the target again.</summary>
    public bool IsOpen => IsOpenState(Volatile.Read(ref _state));

    /// <summary>Whether an exception says that the target is at fault: not the caller's inputs, nor the caller's cancelling.</summary>
    /// <param name="exception">How the call ended.</param>
    /// <param name="cancellationToken">The caller's. Where it is not cancelled, an <see cref="OperationCanceledException"/> is a limit of the target's own.</param>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && exception is not (InvalidInputException or ArgumentException);

    /// <summary>Asks whether a call may run.</summary>
    /// <param name="pass">To be given to <see cref="Exit"/> once, when the call has ended.</param>
    /// <returns>False: the circuit is open.</returns>
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

            // A trial that does not end in this time, perhaps never, is not waited for by the next one.
            _nextTrial = now + _breakTicks;
            return true;
        }
    }

    /// <summary>Notes how a call ended.</summary>
    /// <param name="pass">From <see cref="TryEnter"/>.</param>
    /// <param name="end">What the call says of the target.</param>
    public void Exit(long pass, CallEnd end)
    {
        lock (_lock)
        {
            // What began before the circuit opened or closed says nothing of the time since.
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

    /// <summary>Closes the circuit and forgets the calls: what failed is not what answers now.</summary>
    public void Close()
    {
        lock (_lock)
        {
            // Another state where it is closed, too: what the calls say that still run is of no more use.
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
