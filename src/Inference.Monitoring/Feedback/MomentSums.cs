namespace Inference.Monitoring.Feedback;

/// <summary>Mean and variance by Welford's updates. Not thread-safe.</summary>
internal struct MomentSums
{
    private double _squares;

    public long Count { get; private set; }

    public double Mean { get; private set; }

    /// <summary>The variance; 0 of fewer than two.</summary>
    public readonly double Variance => Count < 2 ? 0 : _squares / (Count - 1);

    public void Add(double value)
    {
        Count++;
        double before = value - Mean;
        Mean += before / Count;
        _squares += before * (value - Mean);
    }
}
