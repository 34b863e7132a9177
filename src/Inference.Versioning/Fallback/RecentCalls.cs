namespace Inference.Versioning.Fallback;

/// <summary>How many calls ended, and how many of them failed, in the last period. Not thread-safe.</summary>
/// <param name="period">In ticks of the clock. It is counted in tenths, and the last of them has only begun: between nine tenths and all of the period are seen.</param>
internal sealed class RecentCalls(long period)
{
    private const int Parts = 10;

    private readonly long _part = Math.Max(1, period / Parts);
    private readonly (int Calls, int Failed)[] _counts = new (int, int)[Parts];
    private long _last;

    /// <summary>Calls that ended.</summary>
    public int Calls { get; private set; }

    /// <summary>Those of them that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Counts a call and forgets those that are too old.</summary>
    /// <param name="now">The clock's timestamp; not before that of the last call.</param>
    /// <param name="failed">How it ended.</param>
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

    /// <summary>Forgets all calls.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Calls, Failed) = (0, 0);
    }
}
