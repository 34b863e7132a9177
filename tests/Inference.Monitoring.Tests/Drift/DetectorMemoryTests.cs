using Inference.Monitoring.Drift;
using Inference.Monitoring.Verdicts;

namespace Inference.Monitoring.Tests.Drift;

/// <summary>What detectors keep in few bits, and what they share, decides as what takes more memory.</summary>
public sealed class DetectorMemoryTests
{
    [Fact]
    public void Capitals_OfSmallIntegers_AreKeptExactly()
    {
        double[] values = [.. Enumerable.Range(0, 1_024).Select(static i => (double)i)];
        var capitals = new BetCapitals(values.Length);
        capitals.Write(values);
        Assert.Equal(values, Read(capitals, values.Length).Select(static v => (double)v));
        capitals.Clear();
        Assert.All(Read(capitals, values.Length), static v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(0.3)]
    [InlineData(3.3337)]
    [InlineData(1234.567)]
    [InlineData(7.7e11)]
    public void Capitals_OfNumbersBetweenTwoThatAreKept_HaveTheirMean(double value)
    {
        const int Count = 310, Writes = 2_000;
        double[] values = [.. Enumerable.Repeat(value, Count)];
        var capitals = new BetCapitals(Count);
        double sum = 0;
        for (int i = 0; i < Writes; i++)
        {
            capitals.Write(values);
            float[] kept = Read(capitals, Count);
            Assert.True(Array.TrueForAll(kept, k => Math.Abs(k - value) <= (value + 1) / 1_024));
            sum += kept.Sum(static k => (double)k);
        }

        // Of a step of at most 1/1,024, five standard deviations of the mean of all numbers.
        Assert.Equal(value, sum / (Count * Writes), 5 * (value + 1) / 2_048 / Math.Sqrt(Count * Writes));
    }

    [Fact]
    public void Capitals_AboveTheLargest_AreTheLargest()
    {
        var capitals = new BetCapitals(2);
        capitals.Write([double.PositiveInfinity, 1e300]);
        Assert.All(Read(capitals, 2), static v => Assert.InRange(v, 0.99e18f, 1.01e18f));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void Detector_OfWhole_AndOfKeptNumbers_CrossAtTheSameTime(double shift)
    {
        long[] reference = [0, 0, 4_000, 5_000, 9_000, 12_000, 11_000, 8_000, 5_000, 4_000, 0, 0, 600, 0];
        ColumnBets bets = DriftLimits.Create([new CellCoding(reference, 12, 0)], 0.01, [0.05])[0];
        for (int seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            var detector = new ColumnDetector(bets, 50);
            var whole = new double[bets.Count];
            var logs = new double[bets.Count];
            (int own, int other) = (0, 0);
            for (int bucket = 1; bucket <= 300; bucket++)
            {
                long[] counts = Draw(reference, shift, random);
                detector.Add(counts);
                bets.LogFactors(counts, logs);
                for (int i = 0; i < whole.Length; i++)
                {
                    whole[i] = Math.Min((whole[i] + 1) * Math.Exp(logs[i]), BetCapitals.Largest);
                }

                double value = bets.Mean(Array.ConvertAll(whole, static v => (float)v));
                Assert.InRange(detector.Value / value, 0.97, 1.03);
                own = own == 0 && detector.Value >= 1_000 ? bucket : own;
                other = other == 0 && value >= 1_000 ? bucket : other;
            }

            Assert.InRange(own, other - 1, other + 1);
        }
    }

    [Fact]
    public void Recent_OfMoreRowsThan32BitsHold_IsExact()
    {
        var recent = new RecentRows(2);
        long[] expected = [0, 0];
        foreach (long[] bucket in (long[][])[[5, 7], [2_000_000_000, 64], [2_000_000_000, 3], [9_000_000_000, 1], [1, 1]])
        {
            recent.Add(bucket);
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += bucket[i] - (expected[i] >> 6);
            }

            Assert.Equal(expected, recent.ToArray());
        }

        recent.Clear();
        recent.Add([3, 4]);
        Assert.Equal([3, 4], recent.ToArray());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(100_000)]
    public void Evaluator_BucketsOfFewRows_AreJudgedAsOneOfAll(int minimum)
    {
        long[] reference = [0, 0, 10_000, 10_000, 10_000, 10_000, 0, 0, 0, 0];
        WatchedColumn[] columns = [new("a", new CellCoding(reference, 8, 0)), new("b", new CellCoding([30_000, 10_000, 0, 0, 0], 0, 2))];
        var settings = new DriftSettings { MinimumRows = minimum };
        DriftEvaluator parts = new(columns, settings), whole = new(columns, settings);
        int fifth = minimum / 5;
        for (int i = 0; i < 12; i++)
        {
            for (int part = 0; part < 5; part++)
            {
                parts.Add(c => c == 0 ? new long[] { 0, 0, fifth, 0, 0, 0, 0, 0, 0, 0 } : new long[] { fifth, 0, 0, 0, 0 }, fifth);
            }

            whole.Add(c => c == 0 ? new long[] { 0, 0, minimum, 0, 0, 0, 0, 0, 0, 0 } : new long[] { minimum, 0, 0, 0, 0 }, minimum);
            Assert.Equal(whole.Evidence, parts.Evidence);
            Assert.Equal(whole.RecentOf(1), parts.RecentOf(1));
        }
    }

    [Fact]
    public void Columns_WithTheSameCounts_ShareTheirCoding()
    {
        WatchedColumn[] watched = new ProfileColumns(Rows.Profile(), inputsOnly: true).Watched;
        Assert.Single(watched.Where(static w => !w.IsPair).Select(static w => w.Coding).Distinct());
        Assert.Equal(2, new ProfileColumns(Rows.Profile(), inputsOnly: false).Watched.Where(static w => w.Name is "x[0]" or "y.class").Select(static w => w.Coding).Distinct().Count());
    }

    private static float[] Read(BetCapitals capitals, int count)
    {
        var values = new float[count];
        capitals.Read(values);
        return values;
    }

    private static long[] Draw(long[] reference, double shift, Random random)
    {
        var counts = new long[reference.Length];
        double all = reference.Sum();
        for (int row = 0; row < 200; row++)
        {
            double place = random.NextDouble() * all;
            int cell = 0;
            while (cell < reference.Length - 1 && place >= reference[cell])
            {
                place -= reference[cell++];
            }

            counts[random.NextDouble() < shift && cell < 9 ? cell + 1 : cell]++;
        }

        return counts;
    }
}
