using System.Numerics.Tensors;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>
/// An e-detector of a column: as long as the column is as in its reference, the expected number of buckets until the value first reaches 1/α is at least 1/α. Not thread-safe.
/// </summary>
/// <remarks>For each bet R ← (R + 1)·factor over a bucket (Shiryaev–Roberts); the value is the mean over the bets, weighted: a mean of e-detectors is an e-detector. Conditions: the rows are independent given the past while nothing has changed, and the
/// reference's limits hold. Source: Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", 2024.</remarks>
internal sealed class ColumnDetector
{
    // Values above this show nothing more, and are lowered to it: a smaller value keeps the bound.
    private const float Largest = 1e30f;

    // Rows are forgotten at 1/64 a bucket, so that what is shown of a slow change is its present state.
    private const int Forgetting = 6;

    private readonly double _quiet;
    private readonly float[] _values;
    private readonly long[] _recent;

    /// <summary>Initializes a detector.</summary>
    /// <param name="bets">The bets.</param>
    /// <param name="quiet">A value below which the rows so far are not taken for a beginning change.</param>
    public ColumnDetector(ColumnBets bets, double quiet)
    {
        Bets = bets;
        _quiet = quiet;
        _values = new float[bets.Count];
        _recent = new long[bets.Coding.Count];
    }

    /// <summary>The bets of the last bucket.</summary>
    public ColumnBets Bets { get; private set; }

    /// <summary>The value.</summary>
    public double Value { get; private set; }

    /// <summary>The buckets since the value last was small, at least 1 with rows.</summary>
    public int Age { get; private set; }

    /// <summary>The rows since the value last was small: the change, if there is one. In coded cells.</summary>
    public ReadOnlySpan<long> Recent => _recent;

    /// <summary>Adds a bucket.</summary>
    /// <param name="counts">The column's counts in the bucket.</param>
    /// <param name="season">The bets of the bucket's season, if references differ by season: they have the same coding of cells.</param>
    /// <param name="held">Rows of buckets before that were too few, in coded cells; empty for none.</param>
    public void Add(ReadOnlySpan<long> counts, ColumnBets? season = null, ReadOnlySpan<int> held = default)
    {
        Bets = season ?? Bets;
        Span<long> coded = stackalloc long[_recent.Length];
        Bets.Coding.Code(counts, coded);
        for (int i = 0; i < held.Length; i++)
        {
            coded[i] += held[i];
        }

        Span<double> factors = stackalloc double[_values.Length];
        Bets.LogFactors(coded, factors);
        Clamp(factors);
        TensorPrimitives.Exp(factors, factors);
        for (int i = 0; i < factors.Length; i++)
        {
            _values[i] = (float)Math.Min((_values[i] + 1) * factors[i], Largest);
        }

        if (Value < _quiet)
        {
            Array.Clear(_recent);
            Age = 0;
        }

        Age++;
        for (int i = 0; i < coded.Length; i++)
        {
            _recent[i] += coded[i] - (_recent[i] >> Forgetting);
        }

        Value = Bets.Mean(_values);
    }

    /// <summary>The bet with the greatest part of the value.</summary>
    public int LeadingBet()
    {
        int leading = 0;
        for (int i = 1; i < _values.Length; i++)
        {
            leading = _values[i] * Bets.WeightOf(i) > _values[leading] * Bets.WeightOf(leading) ? i : leading;
        }

        return leading;
    }

    /// <summary>The distance of the recent rows from the reference, in bits, with its interval.</summary>
    public Effect RecentEffect() => CellEffects.JensenShannon(Bets.Reference, _recent);

    /// <summary>That distance less what so many rows show without a change.</summary>
    public double RecentSize() => CellEffects.UnbiasedJensenShannon(Bets.Reference, _recent);

    /// <summary>Restarts the detector.</summary>
    public void Reset()
    {
        Array.Clear(_values);
        Array.Clear(_recent);
        Value = 0;
        Age = 0;
    }

    private static void Clamp(Span<double> logs)
    {
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = Math.Clamp(logs[i], -700, 700);
        }
    }
}
