namespace Inference.Evaluation.Sequential;

/// <summary>
/// Confidence intervals that are valid at all evaluations simultaneously: P(the mean is ever outside) ≤ α. Computed from counts alone. Thread-safe.
/// </summary>
/// <remarks>For a mean m, the wealth of a bet that it is greater is W(m) = mean over κ of ∏ (1 + κ·(y/m − 1)), κ = 0.95·2⁻ʲ, j = 0 … 23: a martingale of mean 1 at the true m, decreasing in m. The lower end is the least m with
/// W(m) &lt; 2/α; the upper end is that of 1 − y. Outcomes are independent given the past, each with conditional mean m, in [0, 1]; they need not be Bernoulli, and the interval narrows with their variance.
/// Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024.</remarks>
public static class ConfidenceSequence
{
    // Bets from 0.95 down to 10⁻⁷, each half of the one before: the best is met within a factor of √2 up to some 10¹³ outcomes. 60 halvings of [0, 1] pass the last bit of a double near 1.
    private const int Bets = 24;
    private const double LargestBet = 0.95;
    private const int Halvings = 60;

    /// <summary>Computes the interval of one arm's mean outcome.</summary>
    /// <param name="counts">The arm's outcomes.</param>
    /// <param name="alpha">α, above 0, below 1.</param>
    /// <returns>Both ends; 0 and 1 without outcomes.</returns>
    public static (double Low, double High) Mean(OutcomeCounts counts, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (!(alpha is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Expected a probability above 0 and below 1.");
        }

        double limit = Math.Log(2 / alpha);
        return (LowerEnd(counts, limit, mirrored: false), 1 - LowerEnd(counts, limit, mirrored: true));
    }

    /// <summary>Computes the interval of the treatment's mean minus the control's within one stage: each arm's interval at α/2.</summary>
    public static (double Low, double High) Difference(ArmCounts stage, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(stage);
        (double low, double high) = Mean(stage.Treatment, alpha / 2);
        (double controlLow, double controlHigh) = Mean(stage.Control, alpha / 2);
        return (low - controlHigh, high - controlLow);
    }

    /// <summary>Computes the interval of the treatment's mean minus the control's, assuming that this difference is the same in every stage although the means may change: the intersection of the stages' intervals, stage s at 6α ÷ (π(s + 1))².</summary>
    /// <returns>Both ends; an empty interval (low above high) means, at level α, that the difference was not constant.</returns>
    public static (double Low, double High) Difference(IEnumerable<ArmCounts> stages, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(stages);
        (double low, double high) = (-1, 1);
        foreach (ArmCounts stage in stages)
        {
            double number = Math.PI * (stage.Stage.Number + 1);
            (double stageLow, double stageHigh) = Difference(stage, 6 * alpha / (number * number));
            low = Math.Max(low, stageLow);
            high = Math.Min(high, stageHigh);
        }

        return (low, high);
    }

    private static double LowerEnd(OutcomeCounts counts, double limit, bool mirrored)
    {
        double low = 0, high = mirrored ? 1 - counts.Mean : counts.Mean;
        if (double.IsNaN(high) || high == 0)
        {
            return 0;
        }

        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            if (LogWealth(counts, middle, mirrored) >= limit)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static double LogWealth(OutcomeCounts counts, double mean, bool mirrored)
    {
        Span<double> logs = stackalloc double[Bets];
        double bet = LargestBet;
        for (int j = 0; j < Bets; j++, bet /= 2)
        {
            double sum = 0;
            for (int i = 0; i <= counts.Levels; i++)
            {
                long count = counts.Counts[i];
                double outcome = (double)(mirrored ? counts.Levels - i : i) / counts.Levels;
                sum += count == 0 ? 0 : count * Math.Log(1 + (bet * ((outcome / mean) - 1)));
            }

            logs[j] = sum;
        }

        return LogMean.Of(logs);
    }
}
