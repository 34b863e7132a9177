namespace Inference.Orleans.Loading;

/// <summary>
/// How long calls wait in a slot. What happens inside a pipeline is not seen from outside: the time that a model needs is taken to be that of the fastest recent call, and the rest of a call's time is waiting. Thread-safe.
/// </summary>
internal sealed class LoadMeter(TimeProvider clock)
{
    // The fastest call is forgotten by a quarter a sample, so that a model that became slower is not taken for one that waits.
    private const double Forget = 1.25;

    private long _calls;
    private long _time;
    private long _fastest = long.MaxValue;
    private long _sampledAt = clock.GetTimestamp();
    private double _service = double.NaN;

    /// <summary>Counts a call that began at a timestamp and ends now.</summary>
    public void Add(long began)
    {
        long time = clock.GetTimestamp() - began;
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _time, time);
        long fastest;
        while (time < (fastest = Volatile.Read(ref _fastest)) && Interlocked.CompareExchange(ref _fastest, time, fastest) != fastest)
        {
        }
    }

    /// <summary>The load since the last sample. Called by one thread at a time.</summary>
    public LoadSample Sample()
    {
        long now = clock.GetTimestamp();
        double passed = Math.Max(now - _sampledAt, 1);
        _sampledAt = now;
        long calls = Interlocked.Exchange(ref _calls, 0), time = Interlocked.Exchange(ref _time, 0), fastest = Interlocked.Exchange(ref _fastest, long.MaxValue);
        if (calls == 0)
        {
            return default;
        }

        _service = double.IsNaN(_service) ? fastest : Math.Min(_service * Forget, fastest);
        double wait = Math.Max(0, ((double)time / calls) - _service);
        return new LoadSample(time / passed, TimeSpan.FromSeconds(wait / clock.TimestampFrequency));
    }
}
