namespace Inference.Monitoring.Statistics;

/// <summary>Distances between the distributions of two samples, computed from their counts in the same cells. Pure functions; 0 if a sample is empty; counts are not negative and both spans have the same length.</summary>
internal static class CellDistances
{
    // Added to each count where a logarithm needs every share to be above 0 (Jeffreys' prior).
    private const double Pseudocount = 0.5;

    /// <summary>Jensen–Shannon distance √(½KL(p‖m) + ½KL(q‖m)), m = (p + q) ÷ 2, in bits: 0 to 1. As <c>scipy.spatial.distance.jensenshannon(p, q, base=2)</c>. Source: Lin, 1991.</summary>
    public static double JensenShannon(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        if (n == 0 || m == 0)
        {
            return 0;
        }

        double sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            double a = p[i] / n, b = q[i] / m, middle = (a + b) / 2;
            sum += (a == 0 ? 0 : a * Math.Log2(a / middle)) + (b == 0 ? 0 : b * Math.Log2(b / middle));
        }

        return Math.Sqrt(Math.Clamp(sum / 2, 0, 1));
    }

    /// <summary>Population stability index Σ (q − p)·ln(q ÷ p), nats, over shares (count + ½) ÷ (rows + ½·cells). Cells that are empty in both samples are left out.</summary>
    public static double PopulationStability(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        if (n == 0 || m == 0)
        {
            return 0;
        }

        double extra = Pseudocount * Occupied(p, q), sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] + q[i] > 0)
            {
                double a = (p[i] + Pseudocount) / (n + extra), b = (q[i] + Pseudocount) / (m + extra);
                sum += (b - a) * Math.Log(b / a);
            }
        }

        return sum;
    }

    /// <summary>Kolmogorov–Smirnov distance max |F − G| over cells in ascending order of value. As <c>scipy.stats.ks_2samp</c> on the cells' numbers.</summary>
    public static double KolmogorovSmirnov(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        double f = 0, g = 0, largest = 0;
        for (int i = 0; n > 0 && m > 0 && i < p.Length; i++)
        {
            f += p[i];
            g += q[i];
            largest = Math.Max(largest, Math.Abs((f / n) - (g / m)));
        }

        return largest;
    }

    /// <summary>Wasserstein-1 distance ∫ |F − G| dx with the rows of a cell at its position, in the unit of the positions. As <c>scipy.stats.wasserstein_distance(x, x, p, q)</c>.</summary>
    /// <param name="p">Counts of the first sample, in ascending order of value.</param>
    /// <param name="q">Counts of the second.</param>
    /// <param name="positions">A value for each cell, ascending.</param>
    public static double Wasserstein(ReadOnlySpan<long> p, ReadOnlySpan<long> q, ReadOnlySpan<double> positions)
    {
        (double n, double m) = (Total(p), Total(q));
        double f = 0, g = 0, sum = 0;
        for (int i = 0; n > 0 && m > 0 && i < p.Length - 1; i++)
        {
            f += p[i];
            g += q[i];
            sum += Math.Abs((f / n) - (g / m)) * (positions[i + 1] - positions[i]);
        }

        return sum;
    }

    /// <summary>Total variation ½ Σ |p − q|, 0 to 1.</summary>
    public static double TotalVariation(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        double sum = 0;
        for (int i = 0; n > 0 && m > 0 && i < p.Length; i++)
        {
            sum += Math.Abs((p[i] / n) - (q[i] / m));
        }

        return sum / 2;
    }

    /// <summary>L∞ distance max |p − q|, 0 to 1.</summary>
    public static double Largest(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        double largest = 0;
        for (int i = 0; n > 0 && m > 0 && i < p.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((p[i] / n) - (q[i] / m)));
        }

        return largest;
    }

    /// <summary>Hellinger distance √(1 − Σ √(pq)), 0 to 1.</summary>
    public static double Hellinger(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        if (n == 0 || m == 0)
        {
            return 0;
        }

        // ½ Σ (√p − √q)² equals 1 − Σ √(pq) and keeps its digits where the samples are alike.
        double sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            double difference = Math.Sqrt(p[i] / n) - Math.Sqrt(q[i] / m);
            sum += difference * difference;
        }

        return Math.Sqrt(Math.Min(sum / 2, 1));
    }

    /// <summary>Pearson's χ² of homogeneity over the cells that are not empty in both samples, its degrees of freedom and its p-value. As <c>scipy.stats.chi2_contingency(…, correction=False)</c>.</summary>
    public static (double Statistic, int Freedom, double PValue) ChiSquare(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        (double n, double m) = (Total(p), Total(q));
        int freedom = Occupied(p, q) - 1;
        if (n == 0 || m == 0 || freedom < 1)
        {
            return (0, 0, 1);
        }

        double sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] + q[i] > 0)
            {
                double difference = (p[i] * m) - (q[i] * n);
                sum += difference * difference / (n * m * (p[i] + (double)q[i]));
            }
        }

        return (sum, freedom, SpecialFunctions.ChiSquareTail(sum, freedom));
    }

    /// <summary>The number of rows.</summary>
    public static long Total(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
        {
            total += count;
        }

        return total;
    }

    /// <summary>The number of cells that are not empty in both samples.</summary>
    public static int Occupied(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        int cells = 0;
        for (int i = 0; i < p.Length; i++)
        {
            cells += p[i] + q[i] > 0 ? 1 : 0;
        }

        return cells;
    }
}
