namespace Inference.Operators.Elementwise.OneInput;

/// <summary>The error function in double precision.</summary>
internal static class ErrorFunction
{
    private const double TwoOverRootPi = 1.1283791670955125739;

    /// <summary>
    /// erf(x) = 2/√π · ∫₀ˣ e^(−t²) dt. Below 2.5 the series 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), whose terms are all positive, so nothing cancels;
    /// above it 1 − erfc by the continued fraction of Laplace. Within a few units in the last place of double.
    /// </summary>
    public static double Erf(double x)
    {
        double magnitude = Math.Abs(x);
        if (double.IsNaN(x))
        {
            return x;
        }

        if (magnitude >= 6)
        {
            return Math.CopySign(1, x);
        }

        double result = magnitude < 2.5 ? Series(magnitude) : 1 - ContinuedFraction(magnitude);
        return Math.CopySign(result, x);
    }

    private static double Series(double x)
    {
        double square = x * x;
        double term = x;
        double sum = x;
        for (int n = 1; n < 100 && term > sum * 1e-17; n++)
        {
            term *= 2 * square / (2 * n + 1);
            sum += term;
        }

        return TwoOverRootPi * Math.Exp(-square) * sum;
    }

    private static double ContinuedFraction(double x)
    {
        double fraction = x;
        for (int k = 60; k >= 1; k--)
        {
            fraction = x + 0.5 * k / fraction;
        }

        return TwoOverRootPi * 0.5 * Math.Exp(-x * x) / fraction;
    }
}
