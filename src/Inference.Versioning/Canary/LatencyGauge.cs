namespace Inference.Versioning.Canary;

/// <summary>The bound that latencies are compared with: a quantile of the control's latencies, taken before the stage, or from its first calls if there were too few, and fixed until the
/// next stage, so that an arm's share of slow calls is one number within a stage, as the test requires. Not thread-safe.</summary>
internal sealed class LatencyGauge(double quantile)
{
    // Follows a load that changes within so many calls; eight of them lie beyond the 98.4th percentile.
    private const int Window = 512;

    // Eight calls beyond the quantile, so that the bound lies near it; as many as the window holds.
    private readonly int _least = (int)Math.Clamp(Math.Round(8 / (1 - quantile)), 64, Window);
    private readonly double[] _recent = new double[Window];
    private long _seen;

    /// <summary>The bound, seconds; infinite until enough latencies are known.</summary>
    public double Bound { get; private set; } = double.PositiveInfinity;

    public bool IsReady => double.IsFinite(Bound);

    /// <summary>Adds a control latency, seconds, that was already compared with the bound.</summary>
    public void Add(double seconds)
    {
        _recent[_seen++ % Window] = seconds;
        if (!IsReady)
        {
            Begin();
        }
    }

    /// <summary>Begins a stage: fixes the bound if enough latencies are known.</summary>
    public void Begin()
    {
        if (_seen >= _least)
        {
            int count = (int)Math.Min(_seen, Window);
            double[] sorted = _recent[..count];
            Array.Sort(sorted);
            Bound = sorted[Math.Min(count - 1, (int)(quantile * count))];
        }
    }
}
