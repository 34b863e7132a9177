namespace Inference.Monitoring;

/// <summary>Exact integer sums of the finite values of a column: with q = clamp(round((x − center) · scale), ±2²⁰), Σq and Σq². Merging adds them.</summary>
/// <param name="Count">The number of finite values.</param>
/// <param name="Sum">Σq.</param>
/// <param name="Squares">Σq².</param>
/// <param name="Center">The center, in the unit of the column.</param>
/// <param name="Scale">The scale, a power of two.</param>
public readonly record struct ColumnMoments(long Count, Int128 Sum, Int128 Squares, double Center, double Scale)
{
    /// <summary>The mean, with values farther than 2²⁰ ÷ scale from the center moved to that distance; NaN without values.</summary>
    public double Mean => Count == 0 ? double.NaN : Center + ((double)Sum / Count / Scale);

    /// <summary>The variance, with divisor Count, of the values as rounded and moved; NaN without values.</summary>
    public double Variance => Count == 0 ? double.NaN : (double)((Count * Squares) - (Sum * Sum)) / ((double)Count * Count) / (Scale * Scale);

    /// <summary>The square root of the variance.</summary>
    public double Deviation => Math.Sqrt(Variance);
}
