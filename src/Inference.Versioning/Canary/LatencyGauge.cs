namespace Inference.Versioning.Canary;

/// <summary>Turns latencies into losses: 1 for a call slower than a quantile of the control's past latencies (times a factor for the canary), else 0. The bound a call is compared with is known
/// before the call, as the test needs. Not thread-safe.</summary>
internal sealed class LatencyGauge(double quantile)
{
    private const int Window = 512;
    private const int Least = 64;
    private const int Refresh = 32;

    private readonly double[] _recent = new double[Window];
    private readonly double[] _sorted = new double[Window];
    private long _seen;
    private long _computedAt;

    /// <summary>The bound, seconds; infinite until enough is known.</summary>
    public double Bound { get; private set; } = double.PositiveInfinity;

    public bool IsReady => double.IsFinite(Bound);

    /// <summary>Adds a control latency, seconds.</summary>
    public void Add(double seconds) => _recent[_seen++ % Window] = seconds;

    /// <summary>Moves the bound on; to be called between blocks only, so that both arms of a block are held against one bound.</summary>
    public void Update()
    {
        if (_seen < Least || (IsReady && _seen - _computedAt < Refresh))
        {
            return;
        }

        int count = (int)Math.Min(_seen, Window);
        _recent.AsSpan(0, count).CopyTo(_sorted);
        Array.Sort(_sorted, 0, count);
        Bound = _sorted[Math.Min(count - 1, (int)(quantile * count))];
        _computedAt = _seen;
    }
}
