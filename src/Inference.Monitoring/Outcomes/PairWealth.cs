using Inference.Evaluation.Sequential;

namespace Inference.Monitoring.Outcomes;

/// <summary>
/// The wealth of bets against "the arms' mean outcomes are m₁ and m₂" in one stage, W(m₁, m₂): a martingale of mean 1 at the true means, whatever the outcomes' distribution on [0, 1]. Computed from counts alone. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>A bet of size κ that a mean is above m has the factors 1 + κ·(y/m − 1); that it is below, 1 + κ·((1 − y)/(1 − m) − 1). W is the weighted mean, over sizes and over both directions, of bets that one arm's mean is above and the other's
/// below. The best sizes are those with which an outcome changes both arms' wealth in the ratio (1 − ρ)/ρ of their numbers of outcomes, ρ being the stage's share: κ₁/κ₂ is (1 − ρ)/ρ·m/(1 − m) in one direction and (1 − ρ)/ρ·(1 − m)/m in
/// the other. Since m is not known, the weight is spread over m/(1 − m) = 2ᵇ, b = −10, −8, … 10.</para>
/// <para>ln of each factor is convex in (m₁, m₂), and so are sums and log-sum-exp of convex functions: ln W is convex. Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024.</para>
/// </remarks>
internal sealed class PairWealth
{
    // Sizes 0.95·2⁻ʲ, the larger of a pair from 0.95 to 10⁻⁴: the best is met within a factor of √2 up to some 10⁸ outcomes.
    private const int Sizes = 14;
    private const double LargestSize = 0.95;

    // Odds of the base mean from 2⁻¹⁰ to 2¹⁰, a factor of 4 apart: a size that is wrong by a factor of 2 costs a ninth of the growth.
    private const int MostOdds = 10;
    private const int OddsStep = 2;
    private const int Bases = (2 * MostOdds / OddsStep) + 1;

    // Ratios of the sizes up to 2¹⁴, those of the odds above and of shares of 6 and 94 %.
    private const int MostSteps = 14;

    private readonly ArmCounts _counts;
    private readonly double _steps;
    private readonly double[] _treatment = new double[2 * (Sizes + MostSteps)];
    private readonly double[] _control = new double[2 * (Sizes + MostSteps)];
    private readonly double[] _terms = new double[2 * Sizes * Bases];

    /// <param name="counts">The outcomes; their share decides how much is bet on the arms.</param>
    public PairWealth(ArmCounts counts)
    {
        _counts = counts;
        double share = counts.Stage.Share;
        _steps = Math.Log2((1 - share) / share);
    }

    /// <summary>ln W(m₁, m₂); +∞ where the outcomes exclude the means.</summary>
    /// <param name="treatment">m₁, 0 to 1.</param>
    /// <param name="control">m₂, 0 to 1.</param>
    public double LogOf(double treatment, double control)
    {
        Fill(_treatment, _counts.Treatment, treatment);
        Fill(_control, _counts.Control, control);
        int term = 0;
        for (int odds = -MostOdds; odds <= MostOdds; odds += OddsStep)
        {
            Add(_treatment, _control, StepsOf(_steps + odds), 0, ref term);
            Add(_treatment, _control, StepsOf(_steps - odds), 1, ref term);
        }

        return Sums.LogMean(_terms);
    }

    private static int StepsOf(double log) => Math.Clamp((int)Math.Round(log), -MostSteps, MostSteps);

    // Bets that the treatment's mean is above (side 0) or below (1) and the control's the opposite, whose sizes are 2^steps apart.
    private void Add(double[] treatment, double[] control, int steps, int side, ref int term)
    {
        int first = Math.Max(-steps, 0), second = Math.Max(steps, 0);
        for (int j = 0; j < Sizes; j++)
        {
            _terms[term++] = treatment[(2 * (j + first)) + side] + control[(2 * (j + second)) + 1 - side];
        }
    }

    // ln of the product of an arm's factors by size: [above, below].
    private static void Fill(double[] logs, OutcomeCounts counts, double mean)
    {
        int levels = counts.Levels;
        ReadOnlySpan<long> level = counts.Counts;
        Array.Clear(logs);
        for (int i = 0; i <= levels; i++)
        {
            if (level[i] == 0)
            {
                continue;
            }

            double outcome = (double)i / levels;
            double above = i == 0 ? -1 : (outcome / mean) - 1;
            double below = i == levels ? -1 : ((1 - outcome) / (1 - mean)) - 1;
            double size = LargestSize;
            for (int j = 0; j < logs.Length; j += 2, size /= 2)
            {
                logs[j] += level[i] * Math.Log(1 + (size * above));
                logs[j + 1] += level[i] * Math.Log(1 + (size * below));
            }
        }
    }
}
