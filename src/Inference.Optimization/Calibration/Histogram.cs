namespace Inference.Optimization.Calibration;

/// <summary>
/// Counts values in 2048 bins of equal width over a range that grows: when a value falls outside, neighbouring bins are merged in pairs until it falls inside. Memory does not
/// depend on the number of values, and every bin stays exact: no value is ever moved to a bin that does not hold it.
/// </summary>
internal sealed class Histogram
{
    // 16 KB; ranges of 256 levels are told apart in eighths of a level.
    public const int BinCount = 2048;

    private readonly long[] _bins = new long[BinCount];
    private double _origin;
    private double _width;
    private double _inverseWidth;

    /// <summary>The counts; bin i holds values in [Origin + i·Width, Origin + (i+1)·Width).</summary>
    public ReadOnlySpan<long> Bins => _bins;

    public double Origin => _origin;

    public double Width => _width;

    public float Min { get; private set; } = float.PositiveInfinity;

    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Finite values counted.</summary>
    public long Count { get; private set; }

    /// <summary>The number of NaN and infinite values; not counted otherwise.</summary>
    public long NonFinite { get; private set; }

    public double Center(int bin) => _origin + ((bin + 0.5) * _width);

    public void Add(ReadOnlySpan<float> values)
    {
        float min = float.PositiveInfinity;
        float max = float.NegativeInfinity;
        long finite = 0;
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                min = Math.Min(min, value);
                max = Math.Max(max, value);
                finite++;
            }
        }

        NonFinite += values.Length - finite;
        if (finite == 0)
        {
            return;
        }

        Cover(min, max);
        double origin = _origin;
        double inverse = _inverseWidth;
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                // The clamp only matters for a value within rounding of the upper end.
                _bins[Math.Clamp((int)((value - origin) * inverse), 0, BinCount - 1)]++;
            }
        }

        Count += finite;
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
    }

    private void Cover(double min, double max)
    {
        if (Count == 0)
        {
            double span = Math.Max(max - min, Math.Max(Math.Max(Math.Abs(min), Math.Abs(max)) * 1e-6, 1e-12));
            SetScale(min, span * 1.0001 / BinCount);
        }

        while (max >= _origin + (_width * BinCount))
        {
            Merge(0);
            SetScale(_origin, _width * 2);
        }

        while (min < _origin)
        {
            Merge(BinCount / 2);
            SetScale(_origin - (_width * BinCount), _width * 2);
        }
    }

    /// <summary>Merges pairs of bins into the half that starts at <paramref name="target"/> and empties the other.</summary>
    private void Merge(int target)
    {
        Span<long> merged = stackalloc long[BinCount / 2];
        for (int i = 0; i < merged.Length; i++)
        {
            merged[i] = _bins[2 * i] + _bins[(2 * i) + 1];
        }

        Array.Clear(_bins);
        merged.CopyTo(_bins.AsSpan(target));
    }

    private void SetScale(double origin, double width)
    {
        _origin = origin;
        _width = width;
        _inverseWidth = 1 / width;
    }
}
