namespace Inference.Monitoring.Cells;

/// <summary>
/// Numbers as integers, so that their sums are exact and merge in any order: q = clamp(round((x − center) · scale), ±2²⁰), ties to even. The scale is a power of two that makes a standard deviation of the reference
/// 2⁹ to 2¹⁰ units.
/// </summary>
internal static class FixedPoint
{
    /// <summary>Units of a standard deviation of the reference: the error of rounding, below 2⁻¹⁰ of it, is lost in any mean.</summary>
    public const int Deviation = 1 << 10;

    /// <summary>The largest magnitude: 1,000 standard deviations, so that one absurd value does not decide a mean, and 2²² squares fit into 64 bits.</summary>
    public const int Limit = 1 << 20;

    // Within the normal numbers of single precision, with room for the product.
    private const int MaxExponent = 100;

    /// <summary>The scale of a column whose reference has this standard deviation and center.</summary>
    public static double ScaleOf(double deviation, double center)
    {
        // A constant column has no unit of its own: its magnitude is the unit.
        double unit = deviation > 0 ? deviation : center == 0 ? 1 : Math.Abs(center);
        int exponent = Math.Clamp((int)Math.Floor(Math.Log2(Deviation / unit)), -MaxExponent, MaxExponent);
        return Math.ScaleB(1, exponent);
    }

    /// <summary>q in single precision; 0 unless x is finite.</summary>
    public static int Of(float x, float center, float scale)
    {
        float d = Math.Min(Math.Max((x - center) * scale, -Limit), Limit);
        return float.IsFinite(x) ? (int)MathF.Round(d) : 0;
    }

    /// <summary>q in double precision; 0 unless x is finite.</summary>
    public static int Of(double x, double center, double scale)
    {
        double d = Math.Min(Math.Max((x - center) * scale, -Limit), Limit);
        return double.IsFinite(x) ? (int)Math.Round(d) : 0;
    }
}
