namespace Inference.Evaluation.Sequential;

/// <summary>
/// The outcomes of one arm in one stage, as counts: the number of outcomes on each of the L + 1 levels 0, 1/L, …, 1. Bernoulli outcomes have two levels. Counts of several replicas can be added. Not thread-safe.
/// </summary>
public sealed class OutcomeCounts
{
    /// <summary>The maximum number of levels, L.</summary>
    public const int MaxLevels = 256;

    private readonly long[] _counts;

    /// <summary>Initializes empty counts.</summary>
    /// <param name="levels">L, 1 to <see cref="MaxLevels"/>; the default is 1: outcomes are 0 or 1.</param>
    public OutcomeCounts(int levels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, MaxLevels);
        _counts = new long[levels + 1];
    }

    /// <summary>L.</summary>
    public int Levels => _counts.Length - 1;

    /// <summary>Outcomes on each level, [L + 1].</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>The total number of outcomes.</summary>
    public long Total
    {
        get
        {
            long total = 0;
            foreach (long count in _counts)
            {
                total += count;
            }

            return total;
        }
    }

    /// <summary>The mean outcome, 0 to 1; NaN without outcomes.</summary>
    public double Mean
    {
        get
        {
            double sum = 0;
            for (int i = 1; i < _counts.Length; i++)
            {
                sum += i * (double)_counts[i];
            }

            return sum / Levels / Total;
        }
    }

    /// <summary>Adds Bernoulli outcomes.</summary>
    /// <param name="total">The number of outcomes, ≥ 0.</param>
    /// <param name="ones">The number of them that are 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or <paramref name="ones"/> exceeds <paramref name="total"/>.</exception>
    public void Add(long total, long ones)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ones);
        ArgumentOutOfRangeException.ThrowIfLessThan(total, ones);
        _counts[^1] += ones;
        _counts[0] += total - ones;
    }

    /// <summary>Adds an outcome between 0 and 1, on one of its two neighbouring levels, chosen so that the mean is preserved: level ⌊L·y + u⌋ for u uniform in [0, 1).</summary>
    /// <param name="outcome">The outcome, 0 to 1; the bound holds for outcomes that are clipped in the same way in both arms.</param>
    /// <param name="uniform">A random number in [0, 1), drawn independently for each outcome that lies between levels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range or NaN.</exception>
    public void Add(double outcome, double uniform)
    {
        if (!(outcome is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Expected an outcome between 0 and 1. Scale or clip it.");
        }

        if (!(uniform is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(uniform), uniform, "Expected a random number of at least 0 and below 1.");
        }

        _counts[Math.Min((int)((outcome * Levels) + uniform), Levels)]++;
    }

    /// <summary>Adds outcomes on one level.</summary>
    /// <param name="level">The level, 0 to <see cref="Levels"/>; the outcome is level/L.</param>
    /// <param name="count">The number of outcomes, ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void AddLevel(int level, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, Levels);
        _counts[level] += count;
    }

    /// <summary>Adds the outcomes of another instance.</summary>
    /// <exception cref="EvaluationException">The numbers of levels differ.</exception>
    public void Merge(OutcomeCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Levels != Levels)
        {
            throw new EvaluationException($"Outcome counts: expected {Levels} levels, got {other.Levels}. Use the same number of levels in both arms and on every replica.");
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>Creates a copy.</summary>
    public OutcomeCounts Clone()
    {
        var copy = new OutcomeCounts(Levels);
        copy.Merge(this);
        return copy;
    }

    internal void Write(BinaryWriter writer)
    {
        foreach (long count in _counts)
        {
            writer.Write(count);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    internal void Read(BinaryReader reader)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] = reader.ReadInt64();
            ArgumentOutOfRangeException.ThrowIfNegative(_counts[i], "count");
        }
    }
}
