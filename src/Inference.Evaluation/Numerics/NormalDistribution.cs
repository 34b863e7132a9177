namespace Inference.Evaluation.Numerics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>Φ(x), relative error below 1e-12 for |x| ≤ 30. A series about 0, a continued fraction in the tails. Source: Abramowitz and Stegun 26.2.11 and 26.2.14.</summary>
    public static double Cumulative(double x)
    {
        if (double.IsNaN(x))
        {
            return double.NaN;
        }

        double density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (Math.Abs(x) < 3)
        {
            double term = x, sum = x;
            for (int i = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); i += 2)
            {
                term *= x * x / i;
                sum += term;
            }

            return 0.5 + (density * sum);
        }

        double magnitude = Math.Abs(x), fraction = 0;
        for (int i = 200; i > 0; i--)
        {
            fraction = i / (magnitude + fraction);
        }

        double tail = density / (magnitude + fraction);
        return x > 0 ? 1 - tail : tail;
    }
}
