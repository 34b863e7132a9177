using Inference.Kernels.Threading;

namespace Inference.Ir;

/// <summary>
/// What can stop one load or one run, and what it may hold: a token, a time, a memory budget. Passed along to all that works for it; kernels find it as their
/// <see cref="KernelControl"/>. Used again by later runs of the same owner.
/// </summary>
internal sealed class RunControl : KernelControl
{
    /// <summary>A control that stops nothing.</summary>
    public static readonly RunControl None = new(MemoryBudget.Unlimited);

    // Timers count milliseconds in 32 bits.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    private TimeProvider _clock = TimeProvider.System;
    private readonly bool _loads;
    private CancellationToken _token;
    private long _stopAt = long.MaxValue;

    /// <summary>Makes a control.</summary>
    /// <param name="memory">The memory budget.</param>
    /// <param name="loads">Whether the work is a load, for messages.</param>
    public RunControl(MemoryBudget memory, bool loads = false)
    {
        Memory = memory;
        _loads = loads;
    }

    /// <summary>What the work may hold.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>How often a file's model was imported for this work: a load does it once.</summary>
    public int Imports { get; private set; }

    /// <summary>The caller's token.</summary>
    public CancellationToken Token => _token;

    public override bool CanStop => _token.CanBeCanceled || _stopAt != long.MaxValue;

    /// <summary>Time until the work stops, zero or more; null for no limit.</summary>
    public TimeSpan? TimeLeft => _stopAt == long.MaxValue ? null : TimeUntil(_stopAt);

    /// <summary>A control for a load.</summary>
    public static RunControl ForLoad(ModelLoadOptions options, CancellationToken token)
    {
        var control = new RunControl(new(MemoryBudget.LimitOf(options)), loads: true);
        control.Begin(token, options.MaxLoadTime);
        return control;
    }

    /// <summary>Starts work: nothing is held, and the time runs from now.</summary>
    /// <param name="token">The caller's token.</param>
    /// <param name="time">The time it may take; null for no limit.</param>
    /// <param name="clock">The clock; null: the system's.</param>
    public void Begin(CancellationToken token, TimeSpan? time = null, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _token = token;
        _stopAt = time is { } limit ? After(limit) : long.MaxValue;
        Memory.Begin();
    }

    /// <summary>Ends work: the caller's token and values are let go of.</summary>
    public void End()
    {
        _token = CancellationToken.None;
        _stopAt = long.MaxValue;
        Memory.Begin();
    }

    public void CountImport() => Imports++;

    /// <summary>Stops the work where its limits say so; cheap enough for every node.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="DeadlineExceededException">The time limit was reached.</exception>
    public override void ThrowIfStopped()
    {
        _token.ThrowIfCancellationRequested();
        if (_stopAt != long.MaxValue && _clock.GetTimestamp() > _stopAt)
        {
            throw TimeIsUp();
        }
    }

    /// <summary>Runs work that takes only a token, which is cancelled with the caller's token or when the time limit is reached.</summary>
    /// <param name="work">The work.</param>
    /// <param name="until">A timestamp of <see cref="Within"/> at which it is cancelled too.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, or <paramref name="until"/> passed before the time limit.</exception>
    /// <exception cref="DeadlineExceededException">The time limit was reached.</exception>
    public T Run<T>(Func<CancellationToken, T> work, long until = long.MaxValue)
    {
        long stopAt = Math.Min(_stopAt, until);
        if (stopAt == long.MaxValue)
        {
            return work(_token);
        }

        using var timer = new CancellationTokenSource(Min(TimeUntil(stopAt), s_longestTimer), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _token);
        try
        {
            return work(either.Token);
        }
        catch (OperationCanceledException) when (_stopAt <= until && timer.IsCancellationRequested && !_token.IsCancellationRequested)
        {
            throw TimeIsUp();
        }
    }

    public override void Claim(long bytes) => Memory.Claim(bytes);

    public override void Release(long bytes) => Memory.Release(bytes);

    /// <summary>Waits for another thread's work; by a clock that stands still it may return before that is done.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="DeadlineExceededException">The time limit was reached.</exception>
    public void Wait(ManualResetEventSlim done)
    {
        if (TimeLeft is null)
        {
            done.Wait(Token);
            return;
        }

        // A wait takes whole milliseconds, limited to the range of an int, and its coarse clock may end it some of them early.
        while (TimeLeft is { } left && !done.Wait((int)Math.Min(left.TotalMilliseconds + 1, int.MaxValue), Token))
        {
            ThrowIfStopped();
            if (_clock != TimeProvider.System)
            {
                return;
            }
        }
    }

    /// <summary>The timestamp this long from now, or halfway to the limit where that is sooner: for work that may be left undone.</summary>
    public long Within(TimeSpan time)
    {
        long until = After(time);
        return _stopAt == long.MaxValue ? until : Math.Min(until, _clock.GetTimestamp() + (Math.Max(0, _stopAt - _clock.GetTimestamp()) / 2));
    }

    /// <summary>Whether a timestamp of <see cref="Within"/> has passed.</summary>
    public bool IsPast(long timestamp) => timestamp != long.MaxValue && _clock.GetTimestamp() > timestamp;

    private DeadlineExceededException TimeIsUp() => new(_loads
        ? "Loading the model was stopped: it took longer than its limit (ModelLoadOptions.MaxLoadTime)."
        : "The run was stopped: it took longer than its limit (ModelLoadOptions.MaxRunTime or the call's deadline).");

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private TimeSpan TimeUntil(long timestamp)
    {
        long now = _clock.GetTimestamp();
        return now >= timestamp ? TimeSpan.Zero : _clock.GetElapsedTime(now, timestamp);
    }

    private long After(TimeSpan time)
    {
        double ticks = time.TotalSeconds * _clock.TimestampFrequency;
        return ticks > long.MaxValue / 4 ? long.MaxValue : _clock.GetTimestamp() + (long)ticks;
    }
}
