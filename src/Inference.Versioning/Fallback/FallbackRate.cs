namespace Inference.Versioning.Fallback;

/// <summary>The share of calls that a fallback answers, and when to log it. Thread-safe.</summary>
/// <param name="clock">The clock.</param>
internal sealed class FallbackRate(TimeProvider clock)
{
    // One minute: long enough to ignore a burst of a second, short enough for an operator to notice within minutes.
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    // With fewer calls, the share is not meaningful.
    private const int LeastCalls = 20;
    private readonly Lock _lock = new();
    private readonly RecentCalls _recent = new((long)(s_period.TotalSeconds * clock.TimestampFrequency));
    private double _share;
    private long? _lastLogged;

    /// <summary>The share of the calls of the last minute that the fallback answered, 0 to 1; 0 if there were fewer than 20.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Counts an answer.</summary>
    /// <param name="byFallback">Whether a target other than the first answered.</param>
    /// <param name="limit">The share at which it is logged, 0 to 1.</param>
    /// <returns>Whether to log it now, at most once per minute.</returns>
    public bool Count(bool byFallback, double limit)
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            _recent.Add(now, byFallback);
            double share = _recent.Calls < LeastCalls ? 0 : (double)_recent.Failed / _recent.Calls;
            Volatile.Write(ref _share, share);
            if (share < limit || (_lastLogged is { } last && clock.GetElapsedTime(last, now) < s_period))
            {
                return false;
            }

            _lastLogged = now;
            return true;
        }
    }
}
