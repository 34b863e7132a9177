using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Windows;

public class MonitoringWindowTests
{
    private static readonly ReferenceProfile s_profile = Rows.Profile();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Merge_AnyOrderAndGrouping_IsTheSameBitForBit(int seed)
    {
        var random = new Random(seed);
        MonitoringWindow[] shards = [.. Enumerable.Range(0, 8).Select(_ => Random(random))];
        byte[] expected = Merged(shards).ToArray();
        for (int round = 0; round < 20; round++)
        {
            List<MonitoringWindow> left = [.. shards.Select(s => s.Clone())];
            while (left.Count > 1)
            {
                int one = random.Next(left.Count);
                MonitoringWindow taken = left[one];
                left.RemoveAt(one);
                left[random.Next(left.Count)].Merge(taken);
            }

            Assert.Equal(expected, left[0].ToArray());
        }
    }

    [Fact]
    public void Merge_EightShards_EqualOneWindow()
    {
        using var one = new Counted(s_profile);
        var merged = s_profile.CreateWindow();
        var random = new Random(4);
        for (int shard = 0; shard < 8; shard++)
        {
            using var own = new Counted(s_profile);
            for (int call = 0; call < 20; call++)
            {
                float[] data = Rows.Normal(random, random.Next(1, 40), FakeModel.InputWidth, 0.1, 1.5);
                one.Run(data);
                own.Run(data);
            }

            merged.Merge(own.Flush());
        }

        Assert.Equal(one.Flush().ToArray(), merged.ToArray());
    }

    [Fact]
    public void ToArray_ReadWindow_IsTheSameWindow()
    {
        MonitoringWindow window = Random(new Random(5));
        MonitoringWindow read = s_profile.ReadWindow(window.ToArray());
        Assert.Equal(window.ToArray(), read.ToArray());
        Assert.Equal((window.Rows, window.Calls, window.Start, window.End), (read.Rows, read.Calls, read.Start, read.End));
        for (int column = 0; column < window.ColumnCount; column++)
        {
            Assert.Equal(window.Counts(column), read.Counts(column));
            Assert.True(s_profile.Columns[column].Kind == ColumnKind.Categorical || window.Moments(column) == read.Moments(column));
        }
    }

    [Fact]
    public void ToArray_ManyRows_FitsTheStatedBytes()
    {
        using var builder = new ReferenceProfileBuilder();
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(new Random(1), 2_000, 1), [2_000]) };
        var score = new NamedValues { ["p"] = TensorValue.Copy<float>([.. Enumerable.Range(0, 2_000).Select(i => i / 2_000f)], [2_000]) };
        builder.Add(inputs, score);
        ReferenceProfile profile = builder.Build();
        Assert.Equal([ColumnKind.Numeric, ColumnKind.Score], profile.Columns.Select(c => c.Kind));
        int empty = profile.CreateWindow().ToArray().Length - (38 + 262);
        MonitoringWindow window = profile.CreateWindow();
        window.AllCounts.Fill((1L << 34) - 1);
        window.AllSums.Fill(-((Int128)1 << 60));
        window.AllSquares.Fill((Int128)1 << 90);
        Assert.InRange(window.ToArray().Length - empty, 1, 512 + 2048);
        window.AllCounts[38..].Clear();
        Assert.InRange(window.ToArray().Length - empty - 262, 1, 512);
        score.Dispose();
    }

    [Fact]
    public void ReadWindow_AnyDamage_IsAnError()
    {
        byte[] bytes = Random(new Random(6)).ToArray();
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<MonitoringException>(() => s_profile.ReadWindow(damaged));
            Assert.Throws<MonitoringException>(() => s_profile.ReadWindow(bytes.AsSpan(0, random.Next(bytes.Length))));
        }
    }

    [Fact]
    public void Merge_AnotherProfile_IsAnError()
    {
        MonitoringWindow other = Rows.Profile(seed: 2).CreateWindow();
        MonitoringException error = Assert.Throws<MonitoringException>(() => s_profile.CreateWindow().Merge(other));
        Assert.Contains("same profile", error.Message, StringComparison.Ordinal);
        Assert.Throws<MonitoringException>(() => s_profile.ReadWindow(other.ToArray()));
    }

    [Fact]
    public void Merge_CountsAtTheLimit_StayThere()
    {
        MonitoringWindow window = s_profile.CreateWindow();
        window.AllCounts.Fill(long.MaxValue - 1);
        window.Merge(window.Clone());
        Assert.Equal(long.MaxValue, window.Counts(0)[0]);
    }

    [Fact]
    public void Moments_OfAWindow_AreThoseOfItsValues()
    {
        using var counted = new Counted(s_profile);
        float[] data = Rows.Normal(new Random(8), 5_000, FakeModel.InputWidth, 0.5, 2);
        data[0] = float.NaN;
        data[4] = float.PositiveInfinity;
        counted.Run(data);
        ColumnMoments moments = counted.Flush().Moments(0);
        double[] values = [.. Enumerable.Range(0, 5_000).Select(i => (double)data[i * FakeModel.InputWidth]).Where(double.IsFinite)];
        Assert.Equal(values.Length, moments.Count);
        Assert.Equal(values.Average(), moments.Mean, 1e-3);
        double mean = values.Average();
        Assert.Equal(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), moments.Deviation, 1e-3);
    }

    private static MonitoringWindow Merged(MonitoringWindow[] windows)
    {
        MonitoringWindow merged = s_profile.CreateWindow();
        foreach (MonitoringWindow window in windows)
        {
            merged.Merge(window);
        }

        return merged;
    }

    private static MonitoringWindow Random(Random random)
    {
        MonitoringWindow window = s_profile.CreateWindow();
        foreach (ref long count in window.AllCounts)
        {
            count = random.NextInt64(1L << random.Next(1, 40));
        }

        foreach (ref Int128 sum in window.AllSums)
        {
            sum = (Int128)random.NextInt64(long.MinValue, long.MaxValue) * random.Next(1, 1 << 30);
        }

        foreach (ref Int128 square in window.AllSquares)
        {
            square = (Int128)random.NextInt64() * random.Next(1, 1 << 30);
        }

        window.AllRows[0] = random.Next();
        window.RowsSeen = random.Next();
        window.Calls = random.Next();
        window.FailedCalls = random.Next();
        window.Start = DateTimeOffset.UnixEpoch.AddMinutes(random.Next(100_000));
        window.End = window.Start.AddMinutes(random.Next(100));
        return window;
    }
}
