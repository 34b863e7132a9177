namespace Inference.Monitoring.Statistics;

/// <summary>Confidence limits of a share from k of n independent trials. Source: Clopper and Pearson, 1934: exact, never below the stated level.</summary>
internal static class ShareLimits
{
    // Of the limit, relative; and steps after which it is wide but still valid.
    private const double Precision = 1e-12;
    private const int MostSteps = 60;

    /// <summary>The greatest share under which k or fewer of n have a probability of at least δ; 1 without trials.</summary>
    public static double Upper(long k, long n, double delta) => k >= n ? 1 : Quantile(k + 1, n - k, delta, upper: true);

    /// <summary>The least share under which k or more of n have a probability of at least δ; 0 without trials.</summary>
    public static double Lower(long k, long n, double delta) => k <= 0 ? 0 : Quantile(k, n - k + 1, delta, upper: false);

    // The root of ln tail(x) − ln δ. It begins at Wilson's limit, is bracketed by growing steps, and then found by the Illinois method, which needs some ten evaluations where halving needs fifty.
    // For the upper end the tail I_{1−x}(b, a) is taken, which keeps its digits where 1 − δ would have none.
    private static double Quantile(double a, double b, double delta, bool upper)
    {
        double goal = Math.Log(delta), n = a + b - 1, share = (upper ? a - 1 : a) / n, z = -SpecialFunctions.NormalQuantile(Math.Min(delta, 0.4));
        double half = z * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));
        double guess = (share + (z * z / (2 * n)) + (upper ? half : -half)) / (1 + (z * z / n)), step = half / 8;

        // Positive below the upper end, and above the lower one.
        double Excess(double x) => Math.Max(Math.Log(upper ? SpecialFunctions.Beta(b, a, 1 - x) : SpecialFunctions.Beta(a, b, x)), -1e4) - goal;
        double inside = Math.Clamp(guess, 1e-300, 1 - 1e-16), insideExcess = Excess(inside), outside = inside, outsideExcess = insideExcess;
        bool towards = insideExcess > 0 == upper;
        while (insideExcess > 0 == outsideExcess > 0 && outside is > 0 and < 1)
        {
            (inside, insideExcess) = (outside, outsideExcess);
            outside = Math.Clamp(outside + (towards ? step : -step), 0, 1);
            outsideExcess = Excess(outside);
            step *= 2;
        }

        return Root(Excess, inside, insideExcess, outside, outsideExcess, upper);
    }

    private static double Root(Func<double, double> excess, double one, double oneExcess, double other, double otherExcess, bool upper)
    {
        for (int i = 0; i < MostSteps && Math.Abs(one - other) > Precision * Math.Max(one, other); i++)
        {
            double next = one - (oneExcess * (one - other) / (oneExcess - otherExcess));
            next = double.IsFinite(next) ? next : (one + other) / 2;
            double nextExcess = excess(next);
            if (nextExcess > 0 == oneExcess > 0)
            {
                (one, oneExcess) = (next, nextExcess);
                otherExcess /= 2;
            }
            else
            {
                (other, otherExcess) = (one, oneExcess);
                (one, oneExcess) = (next, nextExcess);
            }

            if (nextExcess == 0)
            {
                break;
            }
        }

        // The end that the level excludes.
        return upper ? Math.Max(one, other) : Math.Min(one, other);
    }
}
