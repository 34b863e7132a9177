using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Verdicts;

/// <summary>
/// Gaffke's upper confidence bound of the mean of independent values that are at most b. One value b is added to the observed ones; the bound is the quantile of their mean under weights that are uniform on the simplex.
/// </summary>
/// <remarks>
/// <para>For values 0 and 1 it is the bound of Clopper and Pearson; for many values it is that of the t interval, corrected for skewness. The mean of n equal values is not taken as certain. Sources: Gaffke, "Three test
/// statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable", 2005; Learned-Miller and Thomas, "A new confidence interval for the mean of a bounded random variable", 2019.</para>
/// <para>The weights are exponential variables Eᵢ over their sum, so P(mean ≤ θ) = P(Σ(xᵢ − θ)Eᵢ ≤ 0). It is computed by the saddlepoint s of K(s) = −Σ ln(1 − s(xᵢ − θ)) as Φ(w + ln(u/w)/w), w = sign(s)·√(−2K), u = s·√K″
/// (Barndorff-Nielsen's form of Lugannani and Rice, 1980): the relative error of the tail is below 1 % even for one value.</para>
/// </remarks>
internal sealed class MeanBound
{
    // Halvings and steps end at the precision; their numbers are there for figures that never meet it.
    private const int Halvings = 100;
    private const int Steps = 200;
    private const double Precision = 1e-9;

    // Each halving passes over all of them; neighbours among more are spread into pairs of ends, which makes the bound no lower.
    private const int MostValues = 4096;

    private readonly double[] _values;
    private readonly double[] _counts;
    private readonly double _mean;
    private readonly double _most;

    /// <param name="figures">The observed values, finite.</param>
    /// <param name="most">b, at least the largest value.</param>
    /// <param name="scale">The number of times each value counts; 1 for once.</param>
    public MeanBound(IEnumerable<double> figures, double most, double scale = 1)
    {
        List<double> values = [], counts = [];
        foreach (double figure in figures.Order())
        {
            if (values.Count > 0 && values[^1] == figure)
            {
                counts[^1] += scale;
            }
            else
            {
                values.Add(figure);
                counts.Add(scale);
            }
        }

        _most = Math.Max(most, values[^1]);
        if (values.Count > MostValues)
        {
            (values, counts) = Spread(values, counts);
        }

        values.Add(_most);
        counts.Add(1);
        _values = [.. values];
        _counts = [.. counts];
        double sum = 0, count = 0;
        for (int i = 0; i < _values.Length; i++)
        {
            sum += _counts[i] * _values[i];
            count += _counts[i];
        }

        _mean = sum / count;
    }

    /// <summary>The bound.</summary>
    /// <param name="confidence">Above 0.5, below 1.</param>
    public double Upper(double confidence)
    {
        double low = _mean, high = _most;
        if (!(low < high))
        {
            return high;
        }

        double precision = Precision * (high - low);
        for (int i = 0; i < Halvings && high - low > precision; i++)
        {
            double middle = low + ((high - low) / 2);
            if (Below(middle) < confidence)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high;
    }

    // Neighbouring values are replaced by the ends of their range, in the proportion that keeps their mean: fewer values with a slightly larger spread, so that the bound does not decrease.
    private static (List<double> Values, List<double> Counts) Spread(List<double> values, List<double> counts)
    {
        List<double> ends = [], weights = [];
        int group = ((2 * values.Count) + MostValues - 1) / MostValues;
        for (int start = 0; start < values.Count; start += group)
        {
            int end = Math.Min(start + group, values.Count);
            double sum = 0, weight = 0;
            for (int i = start; i < end; i++)
            {
                sum += counts[i] * (values[i] - values[start]);
                weight += counts[i];
            }

            double width = values[end - 1] - values[start];
            double upper = width > 0 ? sum / width : 0;
            ends.AddRange(values[start], values[end - 1]);
            weights.AddRange(weight - upper, upper);
        }

        return (ends, weights);
    }

    // P(Σ(x − θ)E ≤ 0) for θ between the mean and b: the saddlepoint is positive.
    private double Below(double theta)
    {
        // K′ grows from below 0 at 0 to +∞ at 1 ÷ (b − θ): Newton's steps, halved if they leave the bracket. K is flat there: an error of s has a quadratic effect.
        double low = 0, high = 1 / (_most - theta), s = 0;
        for (int i = 0; i < Steps && high - low > Precision * high; i++)
        {
            double slope = 0, growth = 0;
            for (int k = 0; k < _values.Length; k++)
            {
                double c = _values[k] - theta, ratio = c / (1 - (s * c));
                slope += _counts[k] * ratio;
                growth += _counts[k] * ratio * ratio;
            }

            (low, high) = slope > 0 ? (low, s) : (s, high);
            double next = s - (slope / growth);
            next = next > low && next < high ? next : low + ((high - low) / 2);
            if (Math.Abs(next - s) <= Precision * next)
            {
                s = next;
                break;
            }

            s = next;
        }

        double generator = 0, curvature = 0;
        for (int k = 0; k < _values.Length; k++)
        {
            double c = _values[k] - theta, d = 1 - (s * c);
            generator -= _counts[k] * Math.Log(d);
            curvature += _counts[k] * (c / d) * (c / d);
        }

        double w = Math.Sqrt(Math.Max(-2 * generator, 0)), u = s * Math.Sqrt(curvature);
        return w < 1e-5 || u <= 0 ? 0.5 : NormalDistribution.Cumulative(w + (Math.Log(u / w) / w));
    }
}
