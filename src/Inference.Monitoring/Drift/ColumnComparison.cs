using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>Compares the counts of one window with a column's reference: the smallest p-value of its tests, each against a null that contains the tolerance.</summary>
/// <remarks><para>For an event, the signed root of the likelihood ratio of two binomial samples under q ≤ min((1 + t)p, 1 − (1 − t)(1 − p)), and for decreases of the complement: about standard normal at the null's edge.</para>
/// <para>For a score, the difference of the samples' means beyond t·E|s − median|, the most by which the tolerance moves a mean, over its standard error.</para></remarks>
internal static class ColumnComparison
{
    // The share of events up to which a binomial count is nearly a Poisson count.
    private const double Rare = 0.02;

    /// <summary>The number of tests of a column.</summary>
    public static int TestsOf(CellCoding coding) => (2 * coding.Events.Length) + (coding.HasScores ? 4 : 0);

    /// <summary>Compares.</summary>
    /// <param name="coding">The column's cells and reference.</param>
    /// <param name="counts">The window's counts, coded.</param>
    /// <param name="tolerance">t.</param>
    /// <returns>The logarithm of the smallest p-value, and the form and event of its test.</returns>
    public static (double LogP, DetectedChange Change, int Event) Compare(CellCoding coding, ReadOnlySpan<long> counts, double tolerance)
    {
        (double logP, DetectedChange change, int place) = (0, DetectedChange.Share, 0);
        long n = coding.Total, m = CellDistances.Total(counts);
        if (n == 0 || m == 0)
        {
            return (0, change, place);
        }

        for (int i = 0; i < coding.Events.Length; i++)
        {
            long k = coding.Events[i].CountOf(coding.Reference), l = coding.Events[i].CountOf(counts);
            double own = Math.Min(LogExcess(k, n, l, m, tolerance), coding.IsRising ? 0 : LogExcess(n - k, n, m - l, m, tolerance));
            if (own < logP)
            {
                logP = own;
                place = i;
                change = coding.Events[i].Kind switch { CellEventKind.Special => DetectedChange.Special, CellEventKind.Tail => DetectedChange.Tail, _ => DetectedChange.Share };
            }
        }

        Span<double> scores = stackalloc double[coding.Count];
        for (int s = 0; coding.HasScores && s < 2; s++)
        {
            coding.Score(spread: s == 1, scores);
            double own = LogTail(ScoreDistance(scores, coding.Reference, counts, tolerance));
            if (own < logP)
            {
                (logP, change, place) = (own, s == 0 ? DetectedChange.Location : DetectedChange.Spread, -1);
            }
        }

        return (logP, change, place);
    }

    // For rare events the normal tail is too light: given the total of k + l, l is then about binomial with a share of at most m(1 + t) ÷ (n + m(1 + t)), whose tail is exact. The larger of the two p-values counts.
    private static double LogExcess(long k, long n, long l, long m, double tolerance)
    {
        double normal = LogTail(SignedRoot(k, n, l, m, tolerance));
        if (normal == 0 || k + l > Rare * (n + m))
        {
            return normal;
        }

        double odds = (1 + tolerance) * m, tail = SpecialFunctions.Beta(l, k + 1, odds / (n + odds));
        return tail > 0 ? Math.Max(normal, Math.Log(tail)) : normal;
    }

    // ln P(Z ≥ z), also where the probability has no place in a double.
    private static double LogTail(double z) => z <= 0 ? 0 : z < 30 ? Math.Log(SpecialFunctions.NormalTail(z)) : (-z * z / 2) - Math.Log(z * Math.Sqrt(2 * Math.PI));

    private static double SignedRoot(long k, long n, long l, long m, double tolerance)
    {
        double p = (double)k / n, q = (double)l / m;
        if (q <= Widest(p, tolerance))
        {
            return 0;
        }

        // The null's likelihood is greatest at its edge q = Widest(p), for a p between the two shares.
        double low = p, high = q;
        for (int i = 0; i < 100; i++)
        {
            double left = low + ((high - low) * 0.382), right = low + ((high - low) * 0.618);
            if (Likelihood(k, n, left) + Likelihood(l, m, Widest(left, tolerance)) < Likelihood(k, n, right) + Likelihood(l, m, Widest(right, tolerance)))
            {
                low = left;
            }
            else
            {
                high = right;
            }
        }

        double edge = (low + high) / 2, ratio = Likelihood(k, n, p) + Likelihood(l, m, q) - Likelihood(k, n, edge) - Likelihood(l, m, Widest(edge, tolerance));
        return Math.Sqrt(2 * Math.Max(ratio, 0));
    }

    private static double Widest(double share, double tolerance) => Math.Min((1 + tolerance) * share, 1 - ((1 - tolerance) * (1 - share)));

    private static double Likelihood(long k, long n, double share) => (k == 0 ? 0 : k * Math.Log(share)) + (k == n ? 0 : (n - k) * Math.Log(1 - share));

    private static double ScoreDistance(ReadOnlySpan<double> scores, ReadOnlySpan<long> reference, ReadOnlySpan<long> counts, double tolerance)
    {
        (double mean, double variance, double rows) = Moments(scores, reference);
        (double own, double ownVariance, double ownRows) = Moments(scores, counts);
        double moved = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            moved += reference[i] * Math.Abs(scores[i] - mean) / rows;
        }

        double error = Math.Sqrt((variance / rows) + (Math.Max(variance, ownVariance) / ownRows));
        return error > 0 ? Math.Max((Math.Abs(own - mean) - (tolerance * moved)) / error, 0) : 0;
    }

    private static (double Mean, double Variance, double Rows) Moments(ReadOnlySpan<double> scores, ReadOnlySpan<long> counts)
    {
        double rows = 0, sum = 0, squares = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            rows += counts[i];
            sum += counts[i] * scores[i];
            squares += counts[i] * scores[i] * scores[i];
        }

        double mean = sum / Math.Max(rows, 1);
        return (mean, Math.Max((squares / Math.Max(rows, 1)) - (mean * mean), 0), Math.Max(rows, 1));
    }
}
