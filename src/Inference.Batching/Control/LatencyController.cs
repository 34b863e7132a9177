namespace Inference.Batching.Control;

/// <summary>
/// Keeps the 99th percentile of call durations to an objective: additive increase of the row limit while it holds, multiplicative decrease while it does not.
/// Not thread-safe.
/// </summary>
internal sealed class LatencyController
{
    // The 99th percentile of fewer calls would be their maximum.
    private const int Window = 128;
    private readonly long[] _calls = new long[Window];
    private readonly long[] _sorted = new long[Window];
    private int _count;
    private long _slowestRun;
    private double _limit;

    /// <summary>The factor applied to the configured delay, 0 to 1.</summary>
    public double DelayFactor { get; private set; } = 1;

    /// <summary>The 99th percentile of the last full window, ticks of the clock; 0 before the first.</summary>
    public long LastPercentile { get; private set; }

    /// <summary>The maximum number of rows in a batch.</summary>
    public int RowLimit(BatchingOptions options)
    {
        if (options.LatencyObjective is null)
        {
            return options.MaxRows;
        }

        _limit = _limit > 0 ? _limit : Math.Max(1, options.MaxRows / 4.0);
        return (int)Math.Clamp(_limit, 1, options.MaxRows);
    }

    /// <summary>Resets the state after the objective was removed.</summary>
    public void Reset()
    {
        _count = 0;
        _slowestRun = 0;
        _limit = 0;
        DelayFactor = 1;
        LastPercentile = 0;
    }

    /// <summary>Records the duration of a batch's run.</summary>
    public void RecordRun(long ticks) => _slowestRun = Math.Max(_slowestRun, ticks);

    /// <summary>Records a call's time from arrival to completion; does nothing without an objective.</summary>
    public void RecordCall(long ticks, long objectiveTicks, BatchingOptions options)
    {
        if (options.LatencyObjective is null)
        {
            return;
        }

        _calls[_count++] = ticks;
        if (_count < Window)
        {
            return;
        }

        _count = 0;
        _calls.CopyTo(_sorted, 0);
        Array.Sort(_sorted);

        // The nearest rank: 99 of 100 calls took at most this long.
        LastPercentile = _sorted[((Window * 99) + 99) / 100 - 1];
        double limit = RowLimit(options);
        bool within = LastPercentile <= objectiveTicks;
        DelayFactor = within ? Math.Min(1, DelayFactor + 0.1) : DelayFactor * 0.5;

        // Additive increase and multiplicative decrease: from one row to the most takes 32 windows, and back a few.
        // A call may wait for one batch and run in the next. Where two runs fit the objective, the queue is what takes the time, and larger batches shorten it.
        _limit = within || 2 * _slowestRun <= objectiveTicks
            ? Math.Min(options.MaxRows, limit + Math.Max(1, options.MaxRows / 32.0))
            : Math.Max(1, limit * 0.75);
        _slowestRun = 0;
    }
}
