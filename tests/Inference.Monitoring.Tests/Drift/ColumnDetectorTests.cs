using Inference.Monitoring.Drift;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Tests.Drift;

public sealed class ColumnDetectorTests
{
    // −∞, under, eight bins, over, +∞, NaN, missing.
    private const int Ordered = 12;

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Factors_OfEveryBet_HaveAMeanOfAtMostOneWithinTheLimits(double tolerance)
    {
        // Over distributions at the edge of the tolerance about the reference itself, one row at a time: Σ q(cell)·factor(cell) ≤ 1.
        long[] reference = [0, 0, 4_000, 5_000, 9_000, 12_000, 11_000, 8_000, 5_000, 4_000, 0, 0, 600, 0];
        var coding = new CellCoding(reference, Ordered, 0);
        ColumnBets bets = DriftLimits.Create([coding], 0.01, [tolerance])[0];
        var random = new Random(1);
        var logs = new double[bets.Count];
        var means = new double[bets.Count];
        for (int run = 0; run < 200; run++)
        {
            double[] q = Edge(reference, tolerance, random);
            Array.Clear(means);
            for (int cell = 0; cell < q.Length; cell++)
            {
                var row = new long[reference.Length];
                row[cell] = 1;
                bets.LogFactors(row, logs);
                for (int i = 0; i < logs.Length; i++)
                {
                    means[i] += q[cell] * Math.Exp(logs[i]);
                }
            }

            Assert.All(means, static m => Assert.True(m <= 1 + 1e-9, $"{m}"));
        }
    }

    [Fact]
    public void Weights_OfAllBets_SumToOne()
    {
        foreach (CellCoding coding in (CellCoding[])[new([0, 0, 10, 20, 30, 40, 0, 0, 0, 0], 8, 0), new([30, 20, 5, 0, 0, 0], 0, 3), new([90, 10, 0, 0, 0], 0, 2, rising: 1), new([0, 0, 7, 0, 0, 0, 0], 5, 0)])
        {
            var bets = new ColumnBets(coding, coding.Reference, new LimitLevels(1e-5, 1e-5), 0.1, new LimitTable());
            float[] ones = new float[bets.Count];
            Array.Fill(ones, 1);
            Assert.Equal(1, Enumerable.Range(0, bets.Count).Sum(bets.WeightOf), 1e-12);
            Assert.Equal(1, bets.Mean(ones), 1e-12);
        }
    }

    [Fact]
    public void Detector_OutsideOfTheReference_FindsOneBucketOfThem()
    {
        var coding = new CellCoding([0, 0, 5_000, 5_000, 5_000, 5_000, 0, 0, 0, 0], 8, 0);
        var detector = new ColumnDetector(DriftLimits.Create([coding], 0.01, [0.1])[0], quiet: 50);
        for (int i = 0; i < 20; i++)
        {
            detector.Add([0, 0, 25, 25, 25, 25, 0, 0, 0, 0]);
        }

        Assert.True(detector.Value < 1_000);
        detector.Add([0, 0, 20, 20, 20, 20, 20, 0, 0, 0]);
        Assert.True(detector.Value > 1e6);
        Assert.Equal(100, CellDistances.Total(detector.Recent()));
        Assert.Equal(20, detector.Recent()[6]);
        Assert.True(detector.RecentSize() > 0.1);
        detector.Reset();
        Assert.Equal(0, detector.Value);
    }

    [Fact]
    public void Detector_ValuesThatGrewWithoutBound_StayFinite()
    {
        var coding = new CellCoding([50_000, 50_000, 0, 0, 0], 0, 2);
        var detector = new ColumnDetector(DriftLimits.Create([coding], 0.01, [0.1])[0], quiet: 50);
        for (int i = 0; i < 200; i++)
        {
            detector.Add([0, 0, 0, 100_000, 0]);
        }

        Assert.True(double.IsFinite(detector.Value));
    }

    [Fact]
    public void Seasons_WithReferencesOfTheirOwn_AreNotDrift()
    {
        long[] day = [0, 0, 40_000, 10_000, 0, 0, 0, 0], night = [0, 0, 10_000, 40_000, 0, 0, 0, 0];
        var coding = new CellCoding([0, 0, 50_000, 50_000, 0, 0, 0, 0], 6, 0);
        ColumnBets[] bets = [new(coding, day, new LimitLevels(1e-4, 1e-4), 0.1, new LimitTable()), new(coding, night, new LimitLevels(1e-4, 1e-4), 0.1, new LimitTable())];
        ColumnDetector matched = new(bets[0], 50), pooled = new(bets[0], 50);
        for (int i = 0; i < 100; i++)
        {
            long[] bucket = i % 2 == 0 ? [0, 0, 400, 100, 0, 0, 0, 0] : [0, 0, 100, 400, 0, 0, 0, 0];
            matched.Add(bucket, bets[i % 2]);
            pooled.Add(bucket);
        }

        Assert.True(matched.Value < 1_000, $"{matched.Value}");
        Assert.True(pooled.Value > 1e6, $"{pooled.Value}");
    }

    [Fact]
    public void Coding_OfAScore_JoinsItsBinsAndKeepsSpecialCellsApart()
    {
        var counts = new long[262];
        for (int i = 2; i < 258; i++)
        {
            counts[i] = i;
        }

        counts[0] = 3;
        counts[260] = 7;
        var coding = new CellCoding(counts, 260, 0);
        Assert.Equal(36, coding.Ordered);
        Assert.Equal(38, coding.Count);
        Assert.Equal(3, coding.Reference[0]);
        Assert.Equal(7, coding.Reference[36]);
        Assert.Equal(CellDistances.Total(counts), CellDistances.Total(coding.Reference));
    }

    [Fact]
    public void Limits_OfAllColumns_HoldTogetherAtTheirLevel()
    {
        // 200 references of 8 columns at a joint level of 20 %: in at most that many any share or score mean lies outside.
        double[] shares = [0.02, 0.08, 0.15, 0.25, 0.25, 0.15, 0.08, 0.02];
        const int References = 200, Rows = 3_000, Columns = 8;
        var random = new Random(9);
        int failed = 0;
        for (int r = 0; r < References; r++)
        {
            CellCoding[] codings = [.. Enumerable.Range(0, Columns).Select(_ => new CellCoding([0, 0, .. Draw(random, shares, Rows), 0, 0, 0, 0], Ordered, 0))];
            failed += DriftLimits.Create(codings, 0.2, [.. codings.Select(static _ => 0.0)]).Any(b => Exceeds(b, shares)) ? 1 : 0;
        }

        Assert.True(failed <= 0.2 * References, $"{failed}");
    }

    private static bool Exceeds(ColumnBets bets, double[] shares)
    {
        var logs = new double[bets.Count];
        var means = new double[bets.Count];
        for (int cell = 0; cell < shares.Length; cell++)
        {
            var row = new long[bets.Coding.Count];
            row[cell + 2] = 1;
            bets.LogFactors(row, logs);
            for (int i = 0; i < logs.Length; i++)
            {
                means[i] += shares[cell] * Math.Exp(logs[i]);
            }
        }

        return means.Any(static m => m > 1 + 1e-9);
    }

    // A distribution with each cell at (1 ± t) times its share, in a random half each, so that the sum stays 1 as nearly as the cells allow.
    private static double[] Edge(long[] reference, double tolerance, Random random)
    {
        double[] p = Array.ConvertAll(reference, static c => (double)c), q = new double[p.Length];
        double total = p.Sum(), up = 0, down = 0;
        bool[] higher = [.. p.Select(_ => random.Next(2) == 0)];
        for (int i = 0; i < p.Length; i++)
        {
            p[i] /= total;
            up += higher[i] ? p[i] : 0;
            down += higher[i] ? 0 : p[i];
        }

        double moved = tolerance * Math.Min(up, down);
        for (int i = 0; i < p.Length; i++)
        {
            q[i] = up > 0 && down > 0 ? p[i] + (higher[i] ? p[i] * moved / up : -p[i] * moved / down) : p[i];
        }

        return q;
    }

    private static long[] Draw(Random random, double[] shares, int rows)
    {
        var counts = new long[shares.Length];
        for (int i = 0; i < rows; i++)
        {
            double u = random.NextDouble();
            int cell = 0;
            while (cell < shares.Length - 1 && u >= shares[cell])
            {
                u -= shares[cell++];
            }

            counts[cell]++;
        }

        return counts;
    }
}
