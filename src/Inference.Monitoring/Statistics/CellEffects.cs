namespace Inference.Monitoring.Statistics;

/// <summary>Distances with intervals for the distance between the distributions that the samples come from.</summary>
/// <remarks><para>Divergences D (PSI, JS², Hellinger²) are near 0 a multiple of Pearson's divergence, so that X = D·s, s = c·nm ÷ (n + m), is about non-central χ² with K − 1 degrees of freedom, mean K − 1 + λ and variance 2(K − 1) + 4λ. The interval
/// is that of λ ÷ s: it has the bias of K cells taken off, and contains 0 where the samples do not show a difference.</para>
/// <para>KS, L∞ and total variation: the distance of the samples differs from that of the distributions by at most the sum of the samples' own deviations (triangle inequality), which are bounded for finite samples: for the KS distance by
/// Dvoretzky, Kiefer, Wolfowitz and Massart, for L∞ by Hoeffding over the cells, for total variation by McDiarmid's inequality about √(K ÷ 4n).</para></remarks>
internal static class CellEffects
{
    /// <summary>Jensen–Shannon distance in bits, with its interval.</summary>
    public static Effect JensenShannon(ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha = 0.05)
    {
        double value = CellDistances.JensenShannon(p, q);
        (double low, double high) = Divergence(value * value, 8 * Math.Log(2), p, q, alpha);
        return new Effect(value, Math.Sqrt(low), Math.Min(Math.Sqrt(high), 1));
    }

    /// <summary>Jensen–Shannon distance in bits less what two samples of these sizes show on average without a difference; 0 or more.</summary>
    public static double UnbiasedJensenShannon(ReadOnlySpan<long> p, ReadOnlySpan<long> q)
    {
        double n = CellDistances.Total(p), m = CellDistances.Total(q), value = CellDistances.JensenShannon(p, q);
        return n == 0 || m == 0 ? 0 : Math.Sqrt(Math.Max((value * value) - ((CellDistances.Occupied(p, q) - 1) * (n + m) / (8 * Math.Log(2) * n * m)), 0));
    }

    /// <summary>Population stability index, with its interval.</summary>
    public static Effect PopulationStability(ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha = 0.05)
    {
        double value = CellDistances.PopulationStability(p, q);
        (double low, double high) = Divergence(value, 1, p, q, alpha);
        return new Effect(value, low, high);
    }

    /// <summary>Hellinger distance, with its interval.</summary>
    public static Effect Hellinger(ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha = 0.05)
    {
        double value = CellDistances.Hellinger(p, q);
        (double low, double high) = Divergence(value * value, 8, p, q, alpha);
        return new Effect(value, Math.Sqrt(low), Math.Min(Math.Sqrt(high), 1));
    }

    /// <summary>Kolmogorov–Smirnov distance, with its interval.</summary>
    public static Effect KolmogorovSmirnov(ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha = 0.05) => Around(CellDistances.KolmogorovSmirnov(p, q), Radius(p, q, n => Math.Sqrt(Math.Log(4 / alpha) / (2 * n))));

    /// <summary>Wasserstein-1 distance, with its interval: a deviation of the distribution function counts over the whole range of positions.</summary>
    public static Effect Wasserstein(ReadOnlySpan<long> p, ReadOnlySpan<long> q, ReadOnlySpan<double> positions, double alpha = 0.05)
    {
        double range = positions.Length == 0 ? 0 : positions[^1] - positions[0];
        return Around(CellDistances.Wasserstein(p, q, positions), range * Radius(p, q, n => Math.Sqrt(Math.Log(4 / alpha) / (2 * n))), Math.Max(range, 0));
    }

    /// <summary>Total variation, with its interval.</summary>
    public static Effect TotalVariation(ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha = 0.05)
    {
        int cells = CellDistances.Occupied(p, q);
        return Around(CellDistances.TotalVariation(p, q), Radius(p, q, n => Math.Sqrt(cells / (4 * n)) + Math.Sqrt(Math.Log(2 / alpha) / (2 * n))));
    }

    /// <summary>L∞ distance, with its interval.</summary>
    public static Effect Largest(ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha = 0.05)
    {
        int cells = Math.Max(CellDistances.Occupied(p, q), 1);
        return Around(CellDistances.Largest(p, q), Radius(p, q, n => Math.Sqrt(Math.Log(4 * cells / alpha) / (2 * n))));
    }

    private static (double Low, double High) Divergence(double value, double factor, ReadOnlySpan<long> p, ReadOnlySpan<long> q, double alpha)
    {
        double n = CellDistances.Total(p), m = CellDistances.Total(q), freedom = CellDistances.Occupied(p, q) - 1;
        if (n == 0 || m == 0 || freedom < 1)
        {
            return (0, n == 0 || m == 0 ? double.PositiveInfinity : 0);
        }

        double scale = factor * n * m / (n + m), z = SpecialFunctions.NormalQuantile(1 - (alpha / 2)), x = value * scale;
        // Both ends solve |x − (f + λ)| = z·√(2f + 4λ) for λ.
        double centre = x - freedom + (2 * z * z), root = z * Math.Sqrt(Math.Max((2 * freedom) + (4 * (x - freedom)) + (4 * z * z), 0));
        // At λ = 0 the distribution is known exactly.
        double low = SpecialFunctions.ChiSquareTail(x, freedom) >= alpha / 2 ? 0 : Math.Max(centre - root, 0);
        return (low / scale, Math.Max(centre + root, 0) / scale);
    }

    private static Effect Around(double value, double radius, double most = 1) => new(value, Math.Max(value - radius, 0), Math.Min(value + radius, most));

    private static double Radius(ReadOnlySpan<long> p, ReadOnlySpan<long> q, Func<double, double> deviation)
    {
        double n = CellDistances.Total(p), m = CellDistances.Total(q);
        return n == 0 || m == 0 ? 1 : deviation(n) + deviation(m);
    }
}
