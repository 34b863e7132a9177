namespace Inference.Versioning.Fallback;

/// <summary>Counts the calls of the last period and their failures. Not thread-safe.</summary>
/// <param name="period">The period, ticks of the clock. It is counted in tenths, of which the last has only begun: between nine tenths and all of the period are covered.</param>
internal sealed class RecentCalls(long period)
{
    private const int Parts = 10;

    private readonly long _part = Math.Max(1, period / Parts);
    private readonly (int Calls, int Failed)[] _counts = new (int, int)[Parts];
    private long _last;

    /// <summary>The number of calls that ended.</summary>
    public int Calls { get; private set; }

    /// <summary>The number of calls that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Records a call and discards those that are too old.</summary>
    /// <param name="now">The clock's timestamp; not before that of the previous call.</param>
    /// <param name="failed">Whether the call failed.</param>
    public void Add(long now, bool failed)
    {
        long part = now / _part;
        if (part - _last >= Parts)
        {
            Clear();
            _last = part;
        }

        while (_last < part)
        {
            _last++;
            ref (int Calls, int Failed) old = ref _counts[_last % Parts];
            Calls -= old.Calls;
            Failed -= old.Failed;
            old = default;
        }

        ref (int Calls, int Failed) count = ref _counts[part % Parts];
        count = (count.Calls + 1, count.Failed + (failed ? 1 : 0));
        Calls++;
        Failed += failed ? 1 : 0;
    }

    /// <summary>Discards all calls.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Calls, Failed) = (0, 0);
    }
}
