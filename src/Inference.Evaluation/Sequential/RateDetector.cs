namespace Inference.Evaluation.Sequential;

/// <summary>
/// An e-detector of a change of one stream of Bernoulli outcomes, bucket by bucket: as long as the rate stays within its limits, the expected number of buckets until the value first reaches 1/α is at least 1/α. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Upwards: for each θ above the upper limit p, R ← (R + 1)·(θ/p)^k·((1 − θ)/(1 − p))^(n − k) over a bucket of n outcomes of which k are 1 (Shiryaev–Roberts). The factor's mean is at most 1 for every rate ≤ p, as it grows
/// with the rate and is 1 at p. Downwards likewise below the lower limit. The value is the mean over directions and θ: a mean of e-detectors is one.</para>
/// <para>Conditions: outcomes are independent given the past while nothing has changed; the bound is conditional on the limits holding. θ has odds of 1.1 to 10 times the limit's. Sources: Shin, Ramdas, Rinaldo,
/// "E-detectors: a nonparametric framework for sequential change detection", 2024; Roberts, 1966.</para>
/// </remarks>
public sealed class RateDetector
{
    private static readonly double[] s_odds = [1.1, 1.25, 1.5, 2, 3, 5, 10];

    private readonly double[] _ones;
    private readonly double[] _zeros;
    private readonly double[] _logs;

    /// <summary>Makes a detector.</summary>
    /// <param name="lower">The least rate that is no change, 0 to 1; 0: falls are not watched.</param>
    /// <param name="upper">The greatest, lower to 1; 1: rises are not watched.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limits are out of range, or nothing is watched.</exception>
    public RateDetector(double lower, double upper)
    {
        if (!(lower is >= 0 and <= 1 && upper <= 1 && lower <= upper) || (lower == 0 && upper == 1))
        {
            throw new ArgumentOutOfRangeException(nameof(lower), $"Expected limits 0 ≤ lower ≤ upper ≤ 1 of which one can be passed, got {lower} and {upper}. State the range of rates that is no change.");
        }

        Lower = lower;
        Upper = upper;
        List<double> ones = [], zeros = [];
        foreach (double odds in s_odds)
        {
            if (upper < 1)
            {
                // A rate of 0 is passed by the first 1; a tiny limit keeps the ratio finite and the bound true.
                Component(Math.Max(upper, 1e-12), odds, ones, zeros);
            }

            if (lower > 0)
            {
                Component(Math.Min(lower, 1 - 1e-12), 1 / odds, ones, zeros);
            }
        }

        _ones = [.. ones];
        _zeros = [.. zeros];
        _logs = new double[_ones.Length];
        Reset();
    }

    /// <summary>The least rate that is no change.</summary>
    public double Lower { get; }

    /// <summary>The greatest rate that is no change.</summary>
    public double Upper { get; }

    /// <summary>Buckets since the start or <see cref="Reset"/>.</summary>
    public long Buckets { get; private set; }

    /// <summary>ln of the value; −∞ before the first bucket.</summary>
    public double LogValue => LogMean.Of(_logs);

    /// <summary>ln of each component, to be kept and given back to <see cref="Restore"/>.</summary>
    public IReadOnlyList<double> Components => _logs;

    /// <summary>Adds a bucket.</summary>
    /// <param name="total">Outcomes, ≥ 0.</param>
    /// <param name="ones">Those that are 1, 0 to total.</param>
    public void Add(long total, long ones)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ones);
        ArgumentOutOfRangeException.ThrowIfLessThan(total, ones);
        for (int i = 0; i < _logs.Length; i++)
        {
            _logs[i] = Plus1(_logs[i]) + (ones * _ones[i]) + ((total - ones) * _zeros[i]);
        }

        Buckets++;
    }

    /// <summary>Begins anew, as after an alarm.</summary>
    public void Reset()
    {
        Array.Fill(_logs, double.NegativeInfinity);
        Buckets = 0;
    }

    /// <summary>Goes on from what was kept.</summary>
    /// <exception cref="EvaluationException">It was kept by a detector of other limits, or holds NaN.</exception>
    public void Restore(IReadOnlyList<double> components, long buckets)
    {
        ArgumentNullException.ThrowIfNull(components);
        ArgumentOutOfRangeException.ThrowIfNegative(buckets);
        if (components.Count != _logs.Length || components.Any(double.IsNaN))
        {
            throw new EvaluationException($"Rate detector: expected {_logs.Length} components that are numbers, got {components.Count}. Restore what a detector of the same limits kept.");
        }

        for (int i = 0; i < _logs.Length; i++)
        {
            _logs[i] = components[i];
        }

        Buckets = buckets;
    }

    private static void Component(double limit, double odds, List<double> ones, List<double> zeros)
    {
        double theta = odds * limit / ((odds * limit) + 1 - limit);
        ones.Add(Math.Log(theta / limit));
        zeros.Add(Math.Log((1 - theta) / (1 - limit)));
    }

    // ln(1 + e^x).
    private static double Plus1(double x) => x > 0 ? x + Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x));
}
