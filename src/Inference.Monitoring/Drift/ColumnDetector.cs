using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Inference.Monitoring.Records;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>
/// An e-detector of a column: as long as the column is as in its reference, the expected number of buckets until the value first reaches 1/α is at least 1/α. Not thread-safe.
/// </summary>
/// <remarks>For each bet R ← (R + 1)·factor over a bucket (Shiryaev–Roberts); the value is the mean over the bets, weighted: a mean of e-detectors is an e-detector. Conditions: the rows are independent given the past while nothing has changed, and the
/// reference's limits hold. Source: Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", 2024.</remarks>
internal sealed class ColumnDetector
{
    private readonly double _quiet;
    private BetCapitals _values;

    // Rows are forgotten, so that what is shown of a slow change is its present state.
    private RecentRows _recent;

    // If references differ by season, the counts that those of the recent rows' seasons lead to; null otherwise.
    private double[]? _expected;

    /// <summary>Initializes a detector.</summary>
    /// <param name="bets">The bets.</param>
    /// <param name="quiet">A value below which the rows so far are not taken for a beginning change.</param>
    public ColumnDetector(ColumnBets bets, double quiet)
    {
        Bets = bets;
        _quiet = quiet;
        _values = new BetCapitals(bets.Count);
        _recent = new RecentRows(bets.Coding.Count);
    }

    /// <summary>The bets of the last bucket.</summary>
    public ColumnBets Bets { get; private set; }

    /// <summary>The value.</summary>
    public double Value { get; private set; }

    /// <summary>The buckets since the value last was small, at least 1 with rows.</summary>
    public int Age { get; private set; }

    /// <summary>Returns the rows since the value last was small: the change, if there is one. In coded cells.</summary>
    public long[] Recent() => _recent.ToArray();

    /// <summary>Adds a bucket.</summary>
    /// <param name="counts">The column's counts in the bucket.</param>
    /// <param name="season">The bets of the bucket's season, if references differ by season: they have the same coding of cells.</param>
    public void Add(ReadOnlySpan<long> counts, ColumnBets? season = null)
    {
        Span<long> coded = stackalloc long[Bets.Coding.Count];
        Bets.Coding.Code(counts, coded);
        AddCoded(coded, season);
    }

    /// <summary>Adds a bucket.</summary>
    /// <param name="coded">The column's counts in the bucket, coded.</param>
    /// <param name="season">The bets of the bucket's season, if references differ by season: they have the same coding of cells.</param>
    public void AddCoded(ReadOnlySpan<long> coded, ColumnBets? season = null)
    {
        Bets = season ?? Bets;
        Span<double> factors = stackalloc double[Bets.Count];
        Span<float> values = stackalloc float[factors.Length];
        Bets.LogFactors(coded, factors);
        Clamp(factors);
        TensorPrimitives.Exp(factors, factors);
        _values.ReadRaised(values);
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i] *= values[i];
        }

        _values.Write(factors);
        _values.Read(values);
        if (Value < _quiet)
        {
            _recent.Clear();
            _expected.AsSpan().Clear();
            Age = 0;
        }

        Age++;
        _recent.Add(coded);
        if (season is not null)
        {
            Expect(CellDistances.Total(coded));
        }

        Value = Bets.Mean(values);
    }

    /// <summary>The bet with the greatest part of the value.</summary>
    public int LeadingBet()
    {
        Span<float> values = stackalloc float[Bets.Count];
        _values.Read(values);
        int leading = 0;
        for (int i = 1; i < values.Length; i++)
        {
            leading = values[i] * Bets.WeightOf(i) > values[leading] * Bets.WeightOf(leading) ? i : leading;
        }

        return leading;
    }

    /// <summary>Returns the reference of the recent rows: of several seasons, in their shares of these rows, with as many rows as that of the last one.</summary>
    public long[] RecentReference()
    {
        double sum = _expected is null ? 0 : TensorPrimitives.Sum(_expected);
        if (sum <= 0)
        {
            return Bets.Reference;
        }

        double scale = CellDistances.Total(Bets.Reference) / sum;
        return Array.ConvertAll(_expected!, e => (long)Math.Round(e * scale));
    }

    /// <summary>The distance of the recent rows from the reference, in bits, with its interval.</summary>
    public Effect RecentEffect() => CellEffects.JensenShannon(RecentReference(), Recent());

    /// <summary>That distance less what so many rows show without a change.</summary>
    public double RecentSize() => CellEffects.UnbiasedJensenShannon(RecentReference(), Recent());

    /// <summary>Restarts the detector.</summary>
    public void Reset()
    {
        _values.Clear();
        _recent.Clear();
        _expected.AsSpan().Clear();
        Value = 0;
        Age = 0;
    }

    // As the recent rows themselves are kept, see RecentRows.
    private void Expect(long rows)
    {
        const double Kept = 63.0 / 64;
        long[] reference = Bets.Reference;
        double share = (double)rows / Math.Max(CellDistances.Total(reference), 1);
        _expected ??= new double[reference.Length];
        for (int i = 0; i < reference.Length; i++)
        {
            _expected[i] = (_expected[i] * Kept) + (reference[i] * share);
        }
    }

    /// <summary>Writes the evidence.</summary>
    public void Save(RecordWriter writer)
    {
        writer.Bytes(MemoryMarshal.AsBytes(_values.Codes));
        writer.Number(Age);
        foreach (long rows in Recent())
        {
            writer.Number(rows);
        }

        writer.Flag(_expected is not null);
        foreach (double rows in _expected ?? [])
        {
            writer.Double(rows);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote for the same bets.</summary>
    public void Load(ref RecordReader reader)
    {
        ReadOnlySpan<ushort> codes = MemoryMarshal.Cast<byte, ushort>(reader.Bytes());
        if (codes.Length != Bets.Count)
        {
            reader.Throw("the number of bets is that of other columns");
        }

        _values.Restore(codes);
        Age = reader.Int();
        Span<long> recent = stackalloc long[Bets.Coding.Count];
        foreach (ref long rows in recent)
        {
            rows = reader.Number();
        }

        _recent.Clear();
        _recent.Add(recent);
        _expected = reader.Flag() ? new double[Bets.Coding.Count] : null;
        for (int i = 0; i < _expected?.Length; i++)
        {
            _expected[i] = reader.Double();
        }

        Span<float> values = stackalloc float[Bets.Count];
        _values.Read(values);
        Value = Bets.Mean(values);
    }

    private static void Clamp(Span<double> logs)
    {
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = Math.Clamp(logs[i], -700, 700);
        }
    }
}
