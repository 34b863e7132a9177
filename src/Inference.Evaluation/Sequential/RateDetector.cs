namespace Inference.Evaluation.Sequential;

/// <summary>
/// An e-detector for a change of one stream of Bernoulli outcomes, bucket by bucket: as long as the rate stays within its limits, the expected number of buckets until the value first reaches 1/α is at least 1/α. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Upwards: for each θ above the upper limit p, R ← (R + 1)·(θ/p)^k·((1 − θ)/(1 − p))^(n − k) over a bucket of n outcomes of which k are 1 (Shiryaev–Roberts). The factor's mean is at most 1 for every rate ≤ p, because it increases
/// with the rate and is 1 at p. Downwards, it is computed likewise below the lower limit. The value is the mean over directions and θ: a mean of e-detectors is an e-detector.</para>
/// <para>Conditions: outcomes are independent given the past while nothing has changed; the bound is conditional on the limits holding. θ has odds of 1.1 to 10 times the limit's. Sources: Shin, Ramdas, Rinaldo,
/// "E-detectors: a nonparametric framework for sequential change detection", 2024; Roberts, 1966.</para>
/// </remarks>
public sealed class RateDetector
{
    private static readonly double[] s_odds = [1.1, 1.25, 1.5, 2, 3, 5, 10];

    private readonly double[] _ones;
    private readonly double[] _zeros;
    private readonly double[] _logs;

    /// <summary>Initializes a detector.</summary>
    /// <param name="lower">The lowest rate that is not a change, 0 to 1; 0: decreases are not detected.</param>
    /// <param name="upper">The highest rate that is not a change, lower to 1; 1: increases are not detected.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limits are out of range, or exclude both directions.</exception>
    public RateDetector(double lower, double upper)
    {
        if (!(lower is >= 0 and <= 1 && upper <= 1 && lower <= upper) || (lower == 0 && upper == 1))
        {
            throw new ArgumentOutOfRangeException(nameof(lower), $"Expected limits 0 ≤ lower ≤ upper ≤ 1 other than 0 and 1 together, got {lower} and {upper}. Specify the range of rates that is not a change.");
        }

        Lower = lower;
        Upper = upper;
        List<double> ones = [], zeros = [];
        foreach (double odds in s_odds)
        {
            if (upper < 1)
            {
                // A rate limit of 0 is exceeded by the first 1; a tiny limit keeps the ratio finite and the bound valid.
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

    /// <summary>The lowest rate that is not a change.</summary>
    public double Lower { get; }

    /// <summary>The highest rate that is not a change.</summary>
    public double Upper { get; }

    /// <summary>The number of buckets since the start or the last <see cref="Reset"/>.</summary>
    public long Buckets { get; private set; }

    /// <summary>ln of the value; −∞ before the first bucket.</summary>
    public double LogValue => LogMean.Of(_logs);

    /// <summary>ln of each component, to be stored and passed to <see cref="Restore"/>.</summary>
    public IReadOnlyList<double> Components => _logs;

    /// <summary>Adds a bucket.</summary>
    /// <param name="total">The number of outcomes, ≥ 0.</param>
    /// <param name="ones">The number of outcomes that are 1, 0 to <paramref name="total"/>.</param>
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

    /// <summary>Restarts the detector, for example after an alarm.</summary>
    public void Reset()
    {
        Array.Fill(_logs, double.NegativeInfinity);
        Buckets = 0;
    }

    /// <summary>Restores a stored state.</summary>
    /// <exception cref="EvaluationException">The state belongs to a detector with other limits, or contains NaN.</exception>
    public void Restore(IReadOnlyList<double> components, long buckets)
    {
        ArgumentNullException.ThrowIfNull(components);
        ArgumentOutOfRangeException.ThrowIfNegative(buckets);
        if (components.Count != _logs.Length || components.Any(double.IsNaN))
        {
            throw new EvaluationException($"Rate detector: expected {_logs.Length} numeric components, got {components.Count}. Restore the components of a detector with the same limits.");
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
