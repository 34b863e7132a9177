using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>
/// The bets against "the column is as in its reference": for each the logarithm of a factor that has a mean of at most 1 for every distribution within the reference's limits and the tolerance. Immutable; shared by detectors.
/// </summary>
/// <remarks><para>The null holds every q with (1 − t)·r ≤ q ≤ (1 + t)·r in each cell, where t is the tolerance and r any distribution within the limits that the reference's sample leaves.</para>
/// <para>An event with a share of at most u under r has one of at most min((1 + t)u, 1 − (1 − t)(1 − u)) under q; so k rows of n in it give o^k ÷ (1 + (o − 1)·limit)^n with odds o &gt; 1, and below the lower limit with o &lt; 1. Limits are Clopper and Pearson's.</para>
/// <para>A score s of the cells gives ∏ e^(λs) ÷ uⁿ: under q, E e^(λs) ≤ E_r[g + t·|g − c|] with g = e^(λs) and any c, because the worst q moves t of the mass from one side of the median to the other; u is the upper confidence limit of that mean
/// (<see cref="MeanLimit"/>). It is the likelihood ratio of a shift of normal scores by λ, so that a shift is met by one bet with the whole information of the sample and not bin by bin.</para></remarks>
internal sealed class ColumnBets
{
    private static readonly double[] s_odds = [1.2, 2, 8], s_tailOdds = [1.1, 1.3, 2];
    private static readonly double[] s_shifts = [0.05, 0.1, 0.2, 0.4, 0.8], s_spreads = [0.1, 0.25, 0.6];

    private static readonly double[] s_logOdds = Array.ConvertAll(s_odds, Math.Log), s_tailLogOdds = Array.ConvertAll(s_tailOdds, Math.Log);

    // The share of the capital on location and spread, tails, special cells and bins.
    private static readonly double[] s_orderedWeights = [0.5, 0.2, 0.15, 0.15], s_categoryWeights = [0, 0, 0.3, 0.7];

    // Rounded away from the shares that they bound.
    private readonly float[] _upper;
    private readonly float[] _lower;
    private readonly double[] _tiltLogs;

    // The weight of one bet on location or spread, a tail, a special cell, a bin.
    private readonly double[] _weights = new double[4];

    /// <summary>Initializes the bets.</summary>
    /// <param name="coding">The cells.</param>
    /// <param name="reference">The reference's counts, coded: all of them, or those of one season.</param>
    /// <param name="levels">The probabilities with which limits may fail.</param>
    /// <param name="tolerance">t, 0 to below 1.</param>
    /// <param name="limits">Limits of shares that were computed before.</param>
    public ColumnBets(CellCoding coding, long[] reference, LimitLevels levels, double tolerance, LimitTable limits)
    {
        Coding = coding;
        Reference = reference;
        long total = CellDistances.Total(reference);
        (_upper, _lower) = (new float[coding.Events.Length], new float[coding.Events.Length]);
        for (int i = 0; i < _upper.Length; i++)
        {
            long count = coding.Events[i].CountOf(reference);
            double delta = coding.Events[i].Kind == CellEventKind.Special ? levels.Special : levels.Usual;
            Novelty? novelty = coding.IsNovelty(coding.Events[i]) ? coding.Novelty : null;
            _upper[i] = Above(Widest(novelty?.Upper(total, delta) ?? limits.Upper(count, total, delta), tolerance));
            _lower[i] = coding.IsRising ? 0 : Below(1 - Widest(1 - (NoveltyLower(novelty, coding, reference, delta) ?? limits.Lower(count, total, delta)), tolerance));
        }

        _tiltLogs = new double[TiltsOf(coding)];
        for (int i = 0; i < _tiltLogs.Length; i++)
        {
            _tiltLogs[i] = Math.Log(TiltLimit(i, levels.Special, tolerance));
        }

        Weigh();
    }

    /// <summary>The cells.</summary>
    public CellCoding Coding { get; }

    /// <summary>The reference's counts, coded.</summary>
    public long[] Reference { get; }

    /// <summary>The number of bets.</summary>
    public int Count => (_upper.Length * 2 * s_odds.Length) + _tiltLogs.Length;

    /// <summary>The number of bets on location and spread.</summary>
    public static int TiltsOf(CellCoding coding) => coding.HasScores ? 2 * (s_shifts.Length + s_spreads.Length) : 0;

    /// <summary>The share of the capital on a bet; the sum over all bets is 1.</summary>
    public double WeightOf(int bet)
    {
        int index = bet / (2 * s_odds.Length);
        return _weights[index < _upper.Length ? GroupOf(Coding.Events[index].Kind) : 0];
    }

    /// <summary>The mean of a value of each bet, weighted.</summary>
    /// <param name="values">[<see cref="Count"/>].</param>
    public double Mean(ReadOnlySpan<float> values)
    {
        int each = 2 * s_odds.Length, at = 0;
        double mean = 0;
        foreach (CellEvent e in Coding.Events)
        {
            mean += _weights[GroupOf(e.Kind)] * Sum(values.Slice(at, each));
            at += each;
        }

        return mean + (_weights[0] * Sum(values[at..]));
    }

    /// <summary>Computes ln of each bet's factor for a bucket of rows.</summary>
    /// <param name="coded">The bucket's counts, coded.</param>
    /// <param name="logs">Is written, [<see cref="Count"/>].</param>
    public void LogFactors(ReadOnlySpan<long> coded, Span<double> logs)
    {
        long rows = CellDistances.Total(coded);
        int at = 0;
        for (int i = 0; i < _upper.Length; i++)
        {
            long k = Coding.Events[i].CountOf(coded);
            (double[] odds, double[] logOdds) = Coding.Events[i].Kind == CellEventKind.Tail ? (s_tailOdds, s_tailLogOdds) : (s_odds, s_logOdds);
            for (int j = 0; j < odds.Length; j++)
            {
                // ln of o^k ÷ (1 + (o − 1)·limit)^n. A limit of 0 or 1 that leaves nothing to bet on gives at most 0.
                logs[at++] = (k * logOdds[j]) - (rows * Math.Log(1 + ((odds[j] - 1) * _upper[i])));
                logs[at++] = (-k * logOdds[j]) - (rows * Math.Log(1 + (((1 / odds[j]) - 1) * _lower[i])));
            }
        }

        if (_tiltLogs.Length > 0)
        {
            (double location, double spread) = Scores(coded);
            for (int i = 0; i < _tiltLogs.Length; i++)
            {
                logs[at++] = (TiltOf(i) * (i < 2 * s_shifts.Length ? location : spread)) - (rows * _tiltLogs[i]);
            }
        }
    }

    /// <summary>What a bet is on: the form of the change, its direction, and the event (−1 for location and spread).</summary>
    public (DetectedChange Change, bool Up, int Event) Describe(int bet)
    {
        int tilt = bet - (_upper.Length * 2 * s_odds.Length);
        if (tilt >= 0)
        {
            return (tilt < 2 * s_shifts.Length ? DetectedChange.Location : DetectedChange.Spread, tilt % 2 == 0, -1);
        }

        int index = bet / (2 * s_odds.Length);
        DetectedChange change = Coding.Events[index].Kind switch
        {
            CellEventKind.Special => DetectedChange.Special,
            CellEventKind.Tail => DetectedChange.Tail,
            _ => DetectedChange.Share,
        };
        return (change, bet % 2 == 0, index);
    }

    // Of the values that the whole reference met once, an unknown part belongs to a season: the upper limit takes all of them, the lower one none.
    private static double? NoveltyLower(Novelty? novelty, CellCoding coding, long[] reference, double delta) => novelty is null ? null : ReferenceEquals(reference, coding.Reference) ? novelty.Value.Lower(CellDistances.Total(reference), delta) : 0;

    // A share that must not grow: all of it may, by t; or the rest may shrink by t.
    private static double Widest(double share, double tolerance) => Math.Min((1 + tolerance) * share, 1 - ((1 - tolerance) * (1 - share)));

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static float Above(double limit) => (float)limit is var rounded && rounded < limit ? MathF.BitIncrement(rounded) : rounded;

    private static float Below(double limit) => (float)limit is var rounded && rounded > limit ? MathF.BitDecrement(rounded) : rounded;

    private static int GroupOf(CellEventKind kind) => kind switch { CellEventKind.Tail => 1, CellEventKind.Special => 2, _ => 3 };

    private static double TiltOf(int tilt)
    {
        double size = tilt < 2 * s_shifts.Length ? s_shifts[tilt / 2] : s_spreads[(tilt / 2) - s_shifts.Length];
        return tilt % 2 == 0 ? size : -size;
    }

    private (double Location, double Spread) Scores(ReadOnlySpan<long> coded)
    {
        double location = 0, spread = 0;
        float[] scores = Coding.Location;
        for (int i = 0; i < scores.Length; i++)
        {
            location += coded[i] * (double)scores[i];
            spread += coded[i] * CellCoding.SpreadOf(scores[i]);
        }

        return (location, spread);
    }

    private double TiltLimit(int tilt, double delta, double tolerance)
    {
        var values = new double[Coding.Count];
        Coding.Score(tilt >= 2 * s_shifts.Length, values);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Exp(TiltOf(tilt) * values[i]);
        }

        if (tolerance > 0)
        {
            double median = MedianOf(values);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] += tolerance * Math.Abs(values[i] - median);
            }
        }

        return MeanLimit.Upper(values, Reference, delta);
    }

    private double MedianOf(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        long passed = 0, total = CellDistances.Total(Reference);
        foreach (int i in order)
        {
            passed += Reference[i];
            if (2 * passed >= total)
            {
                return values[i];
            }
        }

        return 1;
    }

    private void Weigh()
    {
        Span<int> sizes = [_tiltLogs.Length, 0, 0, 0];
        foreach (CellEvent e in Coding.Events)
        {
            sizes[GroupOf(e.Kind)] += 2 * s_odds.Length;
        }

        double[] shares = Coding.Ordered > 0 ? s_orderedWeights : s_categoryWeights;
        double used = 0;
        for (int g = 0; g < sizes.Length; g++)
        {
            used += sizes[g] > 0 ? shares[g] : 0;
        }

        for (int g = 0; g < sizes.Length; g++)
        {
            _weights[g] = sizes[g] > 0 ? shares[g] / used / sizes[g] : 0;
        }
    }
}
