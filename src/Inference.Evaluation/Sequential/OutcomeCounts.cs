namespace Inference.Evaluation.Sequential;

/// <summary>
/// Outcomes of one arm in one stage, as counts alone: how many outcomes fell on each of L + 1 levels 0, 1/L, …, 1. Bernoulli outcomes have two levels. Counts of several replicas add up. Not thread-safe.
/// </summary>
public sealed class OutcomeCounts
{
    /// <summary>The most levels that are taken, L.</summary>
    public const int MaxLevels = 256;

    private readonly long[] _counts;

    /// <summary>Makes empty counts.</summary>
    /// <param name="levels">L, 1 to <see cref="MaxLevels"/>; 1, the default: outcomes are 0 or 1.</param>
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

    /// <summary>Outcomes in all.</summary>
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

    /// <summary>The mean outcome, 0 to 1; NaN for none.</summary>
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
    /// <param name="total">How many, ≥ 0.</param>
    /// <param name="ones">How many of them are 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or more are 1 than there are.</exception>
    public void Add(long total, long ones)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ones);
        ArgumentOutOfRangeException.ThrowIfLessThan(total, ones);
        _counts[^1] += ones;
        _counts[0] += total - ones;
    }

    /// <summary>Adds an outcome from 0 to 1, on one of the two levels beside it, chosen so that the mean stays: level ⌊L·y + u⌋ for u uniform in [0, 1).</summary>
    /// <param name="outcome">0 to 1; the bound holds for outcomes that are clipped the same way in both arms.</param>
    /// <param name="uniform">A random number in [0, 1), drawn anew for each outcome that lies between levels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range or NaN.</exception>
    public void Add(double outcome, double uniform)
    {
        if (!(outcome is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Expected an outcome from 0 to 1. Scale or clip it.");
        }

        if (!(uniform is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(uniform), uniform, "Expected a random number of at least 0, below 1.");
        }

        _counts[Math.Min((int)((outcome * Levels) + uniform), Levels)]++;
    }

    /// <summary>Adds another one's outcomes.</summary>
    /// <exception cref="EvaluationException">It has another number of levels.</exception>
    public void Merge(OutcomeCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Levels != Levels)
        {
            throw new EvaluationException($"Outcome counts: expected {Levels} levels, got {other.Levels}. Count both arms of a measure on every replica alike.");
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>A copy.</summary>
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
