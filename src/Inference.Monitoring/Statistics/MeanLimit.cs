namespace Inference.Monitoring.Statistics;

/// <summary>An upper confidence limit of the mean of a bounded function of the cell, from the counts of a sample of cells.</summary>
/// <remarks>With y = (max h − h) ÷ (max h − min h) in [0, 1] and its mean m, W(m) = mean over bets β of ∏ (1 + β·(y − m)), 0 ≤ β ≤ 1 ÷ m, has mean 1 at the true m and decreases in m; the limit of h belongs to the greatest m that Markov's inequality
/// excludes, W(m) ≥ 1 ÷ δ. Bets are chosen by the size of the sample and of δ alone, for standard deviations of y from 1/2 downwards, so that the limit adapts to the variance. For scores given in advance it holds at every size of the sample; for
/// normal scores, and a median, of the same sample it holds to first order.
/// Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024.</remarks>
internal static class MeanLimit
{
    private const int Bets = 8;
    private const int Halvings = 36;

    /// <summary>Computes the limit.</summary>
    /// <param name="values">h of each cell.</param>
    /// <param name="counts">Rows in each cell.</param>
    /// <param name="delta">The probability δ with which the mean may be above the limit.</param>
    public static double Upper(ReadOnlySpan<double> values, ReadOnlySpan<long> counts, double delta)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity, rows = 0, sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            min = Math.Min(min, values[i]);
            max = Math.Max(max, values[i]);
            rows += counts[i];
            sum += counts[i] * values[i];
        }

        double range = max - min;
        if (rows == 0 || range <= 0)
        {
            return max;
        }

        double low = 0, high = (max - (sum / rows)) / range, goal = -Math.Log(delta);
        Span<double> bets = stackalloc double[Bets];
        for (int j = 0; j < Bets; j++)
        {
            bets[j] = Math.Sqrt(2 * goal / rows) * 2 * Math.Pow(1.7, j);
        }

        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            if (LogWealth(values, counts, bets, middle, max, range) >= goal)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return max - (low * range);
    }

    private static double LogWealth(ReadOnlySpan<double> values, ReadOnlySpan<long> counts, ReadOnlySpan<double> bets, double mean, double max, double range)
    {
        Span<double> logs = stackalloc double[Bets];
        double largest = double.NegativeInfinity;
        for (int j = 0; j < Bets; j++)
        {
            double bet = Math.Min(bets[j], 0.95 / mean), sum = 0;
            for (int i = 0; i < values.Length; i++)
            {
                sum += counts[i] == 0 ? 0 : counts[i] * Math.Log(1 + (bet * (((max - values[i]) / range) - mean)));
            }

            logs[j] = sum;
            largest = Math.Max(largest, sum);
        }

        double total = 0;
        foreach (double log in logs)
        {
            total += Math.Exp(log - largest);
        }

        return largest + Math.Log(total / Bets);
    }
}
