namespace Inference.Versioning.Canary;

/// <summary>The bound that the times of both arms are compared with: a quantile of the default's recent times. Not thread-safe.</summary>
internal sealed class LatencyGauge(double quantile)
{
    // Follows a load that changes within so many runs; eight of them lie beyond the 98.4th percentile.
    private const int Window = 512;

    // How often the bound follows.
    private const int Interval = 64;

    // Eight runs beyond the quantile, so that the bound lies near it; as many as the window holds.
    private readonly int _least = (int)Math.Clamp(Math.Round(8 / (1 - quantile)), 64, Window);
    private double[] _recent = new double[Interval];
    private long _seen;
    private long _nextAt;

    /// <summary>The bound, seconds; infinite until enough times are known.</summary>
    public double Bound { get; private set; } = double.PositiveInfinity;

    public bool IsReady => double.IsFinite(Bound);

    /// <summary>Adds a time of the default, seconds, that was already compared with the bound.</summary>
    public void Add(double seconds)
    {
        if (_seen >= _recent.Length && _recent.Length < Window)
        {
            Array.Resize(ref _recent, _recent.Length * 2);
        }

        _recent[_seen++ % Window] = seconds;
        if (_seen >= _least && _seen >= _nextAt)
        {
            int count = (int)Math.Min(_seen, Window);
            double[] sorted = _recent[..count];
            Array.Sort(sorted);
            Bound = sorted[Math.Min(count - 1, (int)(quantile * count))];
            _nextAt = _seen + Interval;
        }
    }
}
