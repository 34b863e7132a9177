namespace Inference.Caching.SecondLevel;

/// <summary>Tells of refused entries once a minute at most: how many there were since it last did, and why the last was refused. Thread-safe.</summary>
/// <param name="clock">The clock.</param>
/// <param name="report">Told of them, with no lock held.</param>
internal sealed class RefusalLog(TimeProvider clock, Action<long, string> report)
{
    private readonly Lock _lock = new();
    private long _count;
    private long _quietUntil = long.MinValue;

    public void Note(string why)
    {
        long count;
        lock (_lock)
        {
            count = ++_count;
            long now = clock.GetTimestamp();
            if (now < _quietUntil)
            {
                return;
            }

            _quietUntil = now + (60 * clock.TimestampFrequency);
            _count = 0;
        }

        report(count, why);
    }
}
