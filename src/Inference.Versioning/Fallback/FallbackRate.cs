namespace Inference.Versioning.Fallback;

/// <summary>How large the share of calls is that a fallback answers, and when to say so. Thread-safe.</summary>
/// <param name="clock">The clock.</param>
internal sealed class FallbackRate(TimeProvider clock)
{
    // Of a minute: a burst of a second says little of the primary, and an operator is to see a fallback within minutes.
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    // Fewer calls make no share.
    private const int LeastCalls = 20;
    private readonly Lock _lock = new();
    private readonly RecentCalls _recent = new((long)(s_period.TotalSeconds * clock.TimestampFrequency));
    private double _share;
    private long? _lastSaid;

    /// <summary>The share of the calls of the last minute that the fallback answered, 0 to 1; 0 where there were fewer than 20.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Counts an answer.</summary>
    /// <param name="byFallback">Whether another than the first target gave it.</param>
    /// <param name="limit">The share from which on it is to be said, 0 to 1.</param>
    /// <returns>Whether to say it now: once a minute at most.</returns>
    public bool Count(bool byFallback, double limit)
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            _recent.Add(now, byFallback);
            double share = _recent.Calls < LeastCalls ? 0 : (double)_recent.Failed / _recent.Calls;
            Volatile.Write(ref _share, share);
            if (share < limit || (_lastSaid is { } last && clock.GetElapsedTime(last, now) < s_period))
            {
                return false;
            }

            _lastSaid = now;
            return true;
        }
    }
}
