namespace Inference.Monitoring.Stage;

/// <summary>A mean of times that forgets: half of the weight is on the last 16. Not thread-safe.</summary>
internal struct TimeMean
{
    // The first calls wait for the compiler.
    private const int MinTimings = 32;

    // A thread that is interrupted for milliseconds within a call must not count as so many calls.
    private const int MostOfMean = 16;
    private double _ticks;
    private int _timings;

    /// <summary>The mean; negative until there are enough timings.</summary>
    public double Value { get; private set; } = -1;

    public TimeMean()
    {
    }

    /// <summary>Adds a time.</summary>
    /// <returns>Whether the mean has changed.</returns>
    public bool Add(double ticks)
    {
        _ticks += _timings < MinTimings / 2 ? ticks : Math.Min(ticks, MostOfMean * Math.Max(_ticks / _timings, 1));
        if (++_timings < MinTimings)
        {
            return false;
        }

        Value = _ticks / _timings;
        _ticks /= 2;
        _timings /= 2;
        return true;
    }
}
