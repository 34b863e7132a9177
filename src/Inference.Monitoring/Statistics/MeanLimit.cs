using System.Numerics.Tensors;

namespace Inference.Monitoring.Statistics;

/// <summary>An upper confidence limit of the mean of a bounded function of the cell, from the counts of a sample of cells.</summary>
/// <remarks>With y = (max h − h) ÷ (max h − min h) in [0, 1] and its mean m, W(m) = mean over bets β of ∏ (1 + β·(y − m)), 0 ≤ β ≤ 1 ÷ m, has mean 1 at the true m and decreases in m; the limit of h belongs to the greatest m that Markov's inequality
/// excludes, W(m) ≥ 1 ÷ δ. Bets are chosen by the size of the sample and of δ alone, for standard deviations of y from 1/2 downwards, so that the limit adapts to the variance. For scores given in advance it holds at every size of the sample; for
/// normal scores, and a median, of the same sample it holds to first order.
/// Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024.</remarks>
internal static class MeanLimit
{
    private const int Bets = 8;

    // Of the limit, as a share of the range of h; and steps after which it is wide but still valid.
    private const double Precision = 1e-11;
    private const int MostSteps = 60;

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

        // The cells with rows.
        int cells = 0;
        Span<double> y = stackalloc double[values.Length];
        Span<double> weights = stackalloc double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (counts[i] > 0)
            {
                (y[cells], weights[cells]) = ((max - values[i]) / range, counts[i]);
                cells++;
            }
        }

        y = y[..cells];
        weights = weights[..cells];
        Span<double> bets = stackalloc double[Bets];
        double goal = -Math.Log(delta);
        for (int j = 0; j < Bets; j++)
        {
            bets[j] = Math.Sqrt(2 * goal / rows) * 2 * Math.Pow(1.7, j);
        }

        return max - (Excluded(y, weights, bets, goal, (max - (sum / rows)) / range) * range);
    }

    // The greatest m up to the mean of the sample with ln W(m) ≥ goal, from below: by the Illinois method between 0, where it is greatest, and the mean, where no bet has won.
    private static double Excluded(ReadOnlySpan<double> y, ReadOnlySpan<double> weights, ReadOnlySpan<double> bets, double goal, double mean)
    {
        double low = 0, high = mean, lowExcess = LogWealth(y, weights, bets, low) - goal, highExcess = LogWealth(y, weights, bets, high) - goal;
        if (lowExcess < 0)
        {
            return 0;
        }

        bool wasLow = false, wasHigh = false;
        for (int i = 0; i < MostSteps && high - low > Precision; i++)
        {
            double middle = low + ((high - low) * lowExcess / (lowExcess - highExcess));
            middle = middle > low && middle < high ? middle : (low + high) / 2;
            double excess = LogWealth(y, weights, bets, middle) - goal;
            if (excess >= 0)
            {
                (low, lowExcess) = (middle, excess);
                highExcess = wasLow ? highExcess / 2 : highExcess;
                (wasLow, wasHigh) = (true, false);
            }
            else
            {
                (high, highExcess) = (middle, excess);
                lowExcess = wasHigh ? lowExcess / 2 : lowExcess;
                (wasLow, wasHigh) = (false, true);
            }
        }

        return low;
    }

    private static double LogWealth(ReadOnlySpan<double> y, ReadOnlySpan<double> weights, ReadOnlySpan<double> bets, double mean)
    {
        Span<double> logs = stackalloc double[Bets];
        Span<double> own = stackalloc double[y.Length];
        double largest = double.NegativeInfinity;
        for (int j = 0; j < Bets; j++)
        {
            double bet = Math.Min(bets[j], 0.95 / mean);
            for (int i = 0; i < own.Length; i++)
            {
                own[i] = 1 + (bet * (y[i] - mean));
            }

            TensorPrimitives.Log(own, own);
            logs[j] = TensorPrimitives.Dot(own, weights);
            largest = Math.Max(largest, logs[j]);
        }

        double total = 0;
        foreach (double log in logs)
        {
            total += Math.Exp(log - largest);
        }

        return largest + Math.Log(total / Bets);
    }
}
