namespace Inference.Evaluation.Metrics;

/// <summary>The sums of a metric, each as a double and the remainder to the exact sum.</summary>
internal readonly ref struct SumView(ReadOnlySpan<double> high, ReadOnlySpan<double> low)
{
    private readonly ReadOnlySpan<double> _high = high;
    private readonly ReadOnlySpan<double> _low = low;

    public int Count => _high.Length;

    public double this[int index] => (uint)index < (uint)_high.Length ? _high[index] : 0;

    /// <summary>The exact sum minus <see cref="this"/>, rounded.</summary>
    public double Low(int index) => (uint)index < (uint)_low.Length ? _low[index] : 0;
}
