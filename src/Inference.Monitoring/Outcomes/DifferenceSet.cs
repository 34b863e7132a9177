using Inference.Evaluation.Sequential;

namespace Inference.Monitoring.Outcomes;

/// <summary>
/// The differences d of the arms' means (treatment − control) that their outcomes do not exclude: an interval that holds the true difference at all evaluations together with a probability of at least 1 − α, if the difference is the
/// same in each stage; means may differ from stage to stage. Computed from counts alone. Not thread-safe.
/// </summary>
/// <remarks>For each pair of means, W(m₁, m₂) is a martingale of mean 1 at the true pair (<see cref="PairWealth"/>), since the arm is chosen before the outcome is known. A difference is excluded when G(d) = ∏ over stages of
/// min over m of W(m + d, m) reaches 1/α (Ville's inequality). ln of the product is convex in (m, d), therefore ln G is convex and the set is an interval. It is narrower than the difference of the arms' own intervals, because both arms' deviations
/// together have to be as unlikely as α.</remarks>
internal sealed class DifferenceSet
{
    // Golden sections of [0, 1] end below 10⁻⁵, at which a minimum is exact to the square of that; halvings end below 10⁻⁶, finer than any difference of interest.
    private const int Sections = 25;
    private const int Halvings = 21;
    private const double Golden = 0.6180339887498949;

    private readonly PairWealth[] _stages;

    /// <param name="stages">The counts by stage.</param>
    public DifferenceSet(IEnumerable<ArmCounts> stages) =>
        _stages = [.. stages.Where(static s => s.Treatment.Total > 0 || s.Control.Total > 0).Select(static s => new PairWealth(s))];

    /// <summary>ln G(d).</summary>
    /// <param name="difference">d, −1 to 1.</param>
    public double LogEvidence(double difference)
    {
        double sum = 0;
        foreach (PairWealth stage in _stages)
        {
            sum += Least(stage, difference);
        }

        return sum;
    }

    /// <summary>Computes the interval.</summary>
    /// <param name="alpha">α.</param>
    /// <returns>Both ends; null if every difference is excluded: it changed from stage to stage.</returns>
    public (double Low, double High)? Interval(double alpha)
    {
        double limit = -Math.Log(alpha);
        double middle = Minimize(LogEvidence, -1, 1);
        return LogEvidence(middle) >= limit ? null : (End(middle, -1, limit), End(middle, 1, limit));
    }

    private double End(double inside, double outside, double limit)
    {
        if (LogEvidence(outside) < limit)
        {
            return outside;
        }

        for (int i = 0; i < Halvings; i++)
        {
            double middle = (inside + outside) / 2;
            if (LogEvidence(middle) < limit)
            {
                inside = middle;
            }
            else
            {
                outside = middle;
            }
        }

        return outside;
    }

    private static double Least(PairWealth stage, double difference)
    {
        double Log(double mean) => stage.LogOf(Math.Clamp(mean + difference, 0, 1), mean);
        double low = Math.Max(0, -difference), high = Math.Min(1, 1 - difference);
        return low >= high ? Log(low) : Log(Minimize(Log, low, high));
    }

    // Of a convex function that may be infinite at the ends.
    private static double Minimize(Func<double, double> function, double low, double high)
    {
        double left = high - (Golden * (high - low)), right = low + (Golden * (high - low));
        double atLeft = function(left), atRight = function(right);
        for (int i = 0; i < Sections; i++)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (Golden * (high - low));
                atLeft = function(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (Golden * (high - low));
                atRight = function(right);
            }
        }

        return atLeft <= atRight ? left : right;
    }
}
