namespace Inference.Monitoring.Statistics;

/// <summary>The functions that limits and p-values need. Sources: Lanczos, 1964, for ln Γ; Lentz's continued fractions for the incomplete beta and gamma functions (Abramowitz and Stegun 26.5.8, 6.5.31).</summary>
internal static class SpecialFunctions
{
    // Relative error of a continued fraction at which it stops; a fraction that has not converged after so many terms belongs to arguments far outside of what counts give.
    private const double Precision = 1e-16;
    private const int MostTerms = 100_000;
    private const double Tiny = 1e-300;

    // Lanczos, g = 7, n = 9.
    private static readonly double[] s_lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>ln Γ(x), x &gt; 0.</summary>
    public static double LogGamma(double x)
    {
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        double sum = s_lanczos[0];
        for (int i = 1; i < s_lanczos.Length; i++)
        {
            sum += s_lanczos[i] / (x - 1 + i);
        }

        double t = x + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>I_x(a, b), the distribution function of the beta distribution; a, b &gt; 0, 0 ≤ x ≤ 1.</summary>
    public static double Beta(double a, double b, double x)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a : 1 - (front * BetaFraction(b, a, 1 - x) / b);
    }

    /// <summary>Q(a, x) = Γ(a, x) ÷ Γ(a), the tail of the gamma distribution; a &gt; 0, x ≥ 0.</summary>
    public static double GammaTail(double a, double x)
    {
        if (x <= 0)
        {
            return 1;
        }

        double front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (int i = 1; i < MostTerms && term > sum * Precision; i++)
            {
                term *= x / (a + i);
                sum += term;
            }

            return 1 - (front * sum);
        }

        double b = x + 1 - a, c = 1 / Tiny, d = 1 / b, fraction = d;
        for (int i = 1; i < MostTerms; i++)
        {
            double an = -i * (i - a);
            b += 2;
            d = 1 / Away((an * d) + b);
            c = Away(b + (an / c));
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < Precision * 4)
            {
                break;
            }
        }

        return front * fraction;
    }

    /// <summary>P(X ≥ x) for X ~ χ² with <paramref name="freedom"/> degrees of freedom.</summary>
    public static double ChiSquareTail(double x, double freedom) => freedom <= 0 ? 1 : GammaTail(freedom / 2, x / 2);

    /// <summary>P(Z ≥ z) for a standard normal Z.</summary>
    public static double NormalTail(double z)
    {
        double tail = 0.5 * GammaTail(0.5, z * z / 2);
        return z >= 0 ? tail : 1 - tail;
    }

    /// <summary>The standard normal quantile of p, 0 &lt; p &lt; 1. A rational start (Acklam, 2003), refined by Halley's method.</summary>
    public static double NormalQuantile(double p)
    {
        if (p > 0.5)
        {
            return -NormalQuantile(1 - p);
        }

        double z;
        if (p < 0.02425)
        {
            double q = Math.Sqrt(-2 * Math.Log(p));
            z = ((((((((((-7.784894002430293e-03 * q) - 3.223964580411365e-01) * q) - 2.400758277161838) * q) - 2.549732539343734) * q) + 4.374664141464968) * q) + 2.938163982698783)
                / ((((((((7.784695709041462e-03 * q) + 3.224671290700398e-01) * q) + 2.445134137142996) * q) + 3.754408661907416) * q) + 1);
        }
        else
        {
            double q = p - 0.5, r = q * q;
            z = ((((((((((-3.969683028665376e+01 * r) + 2.209460984245205e+02) * r) - 2.759285104469687e+02) * r) + 1.383577518672690e+02) * r) - 3.066479806614716e+01) * r) + 2.506628277459239) * q
                / ((((((((((-5.447609879822406e+01 * r) + 1.615858368580409e+02) * r) - 1.556989798598866e+02) * r) + 6.680131188771972e+01) * r) - 1.328068155288572e+01) * r) + 1);
        }

        double error = (NormalTail(-z) - p) * Math.Sqrt(2 * Math.PI) * Math.Exp(z * z / 2);
        return z - (error / (1 + (z * error / 2)));
    }

    private static double BetaFraction(double a, double b, double x)
    {
        double c = 1, d = 1 / Away(1 - ((a + b) * x / (a + 1))), fraction = d;
        for (int m = 1; m < MostTerms; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Away(1 + (even * d));
            c = Away(1 + (even / c));
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Away(1 + (odd * d));
            c = Away(1 + (odd / c));
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < Precision * 4)
            {
                break;
            }
        }

        return fraction;
    }

    private static double Away(double x) => Math.Abs(x) < Tiny ? Tiny : x;
}
