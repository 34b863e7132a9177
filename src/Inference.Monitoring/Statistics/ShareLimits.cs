namespace Inference.Monitoring.Statistics;

/// <summary>Confidence limits of a share from k of n independent trials. Source: Clopper and Pearson, 1934: exact, never below the stated level.</summary>
internal static class ShareLimits
{
    /// <summary>The greatest share under which k or fewer of n have a probability of at least δ; 1 without trials.</summary>
    public static double Upper(long k, long n, double delta) => k >= n ? 1 : Quantile(k + 1, n - k, delta, upper: true);

    /// <summary>The least share under which k or more of n have a probability of at least δ; 0 without trials.</summary>
    public static double Lower(long k, long n, double delta) => k <= 0 ? 0 : Quantile(k, n - k + 1, delta, upper: false);

    // Halvings between bounds that always hold. For the upper end the tail I_{1−x}(b, a) is compared, which keeps its digits where 1 − δ would have none.
    private static double Quantile(double a, double b, double delta, bool upper)
    {
        double low = 0, high = 1;
        for (int i = 0; i < 60 && high - low > 1e-13 * high; i++)
        {
            double middle = (low + high) / 2;
            bool below = upper ? SpecialFunctions.Beta(b, a, 1 - middle) > delta : SpecialFunctions.Beta(a, b, middle) < delta;
            if (below)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return upper ? high : low;
    }
}
