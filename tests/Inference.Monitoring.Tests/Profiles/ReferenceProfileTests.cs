using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Profiles;

public class ReferenceProfileTests
{
    [Fact]
    public void Save_Load_IsTheSameProfile()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "a.profile");
        ReferenceProfile profile = Rows.Profile();
        profile.Save(path);
        ReferenceProfile read = ReferenceProfile.Load(path);
        Assert.Equal(profile.ToArray(), read.ToArray());
        Assert.Equal((profile.Digest, profile.LayoutDigest, profile.ModelName, profile.Rows), (read.Digest, read.LayoutDigest, read.ModelName, read.Rows));
        Assert.Equal(profile.Digest, Rows.Profile().Digest);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Parse_AnyDamage_IsAnError()
    {
        byte[] bytes = Rows.Profile().ToArray();
        var random = new Random(1);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<MonitoringException>(() => ReferenceProfile.Parse(damaged));
            Assert.Throws<MonitoringException>(() => ReferenceProfile.Parse(bytes.AsSpan(0, random.Next(bytes.Length))));
        }
    }

    [Fact]
    public void Parse_DamageUnderAValidChecksum_IsAnErrorOrAProfile()
    {
        byte[] bytes = Rows.Profile(rows: 200).ToArray();
        var random = new Random(2);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(11, damaged.Length - 8)] ^= (byte)(1 << random.Next(8));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(damaged.AsSpan(^8..), System.IO.Hashing.XxHash64.HashToUInt64(damaged.AsSpan(..^8)));
            try
            {
                ReferenceProfile.Parse(damaged);
            }
            catch (MonitoringException)
            {
            }
        }
    }

    [Fact]
    public void Build_NoRowsOrNoTensors_IsAnError()
    {
        using var none = new ReferenceProfileBuilder();
        Assert.Throws<MonitoringException>(() => none.Build());
        Assert.Throws<MonitoringException>(() => none.Add(new NamedValues()));
    }

    [Fact]
    public void Build_OneRow_IsAProfile()
    {
        using var builder = new ReferenceProfileBuilder();
        using NamedValues one = new() { ["x"] = TensorValue.Copy<float>([5f], [1]), ["s"] = TensorValue.Copy<string>(["a"], [1]) };
        builder.Add(one);
        ReferenceProfile profile = builder.Build();
        Assert.Equal(1, profile.Rows);
        Assert.True(profile.FindColumn("x")!.IsConstant);
        Assert.Equal(profile.ToArray(), ReferenceProfile.Parse(profile.ToArray()).ToArray());
    }

    [Fact]
    public void Build_AllNaN_CountsNaN()
    {
        using var builder = new ReferenceProfileBuilder();
        using NamedValues rows = new() { ["x"] = TensorValue.Copy<float>([.. Enumerable.Repeat(float.NaN, 100)], [100]) };
        builder.Add(rows);
        ReferenceColumn column = builder.Build().Columns[0];
        Assert.Equal(100, column.Counts()[column.Layout.NaN]);
        Assert.Equal((0, 0, 0), (column.Completeness, column.Distinct, column.Rules.MinCompleteness));
    }

    [Fact]
    public void Build_KindsOfColumns_AreInferred()
    {
        var random = new Random(1);
        const int N = 1_000;
        using NamedValues inputs = new()
        {
            ["codes"] = TensorValue.Copy<long>([.. Enumerable.Range(0, N).Select(_ => (long)random.Next(16))], [N]),
            ["ids"] = TensorValue.Copy<long>([.. Enumerable.Range(0, N).Select(_ => random.NextInt64())], [N]),
            ["flags"] = TensorValue.Copy<bool>([.. Enumerable.Range(0, N).Select(_ => true)], [N]),
            ["text"] = TensorValue.Copy<string>([.. Enumerable.Range(0, N).Select(i => i % 10 == 0 ? "" : i % 3 == 0 ? "x" : "y")], [N]),
            ["share"] = TensorValue.Copy<float>([.. Enumerable.Range(0, N).Select(_ => random.NextSingle())], [N]),
        };
        using NamedValues outputs = new()
        {
            ["p"] = TensorValue.Copy<float>([.. Enumerable.Range(0, N).Select(_ => random.NextSingle())], [N]),
            ["class"] = TensorValue.Copy<long>([.. Enumerable.Range(0, N).Select(_ => (long)random.Next(2))], [N]),
        };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs, outputs);
        ReferenceProfile profile = builder.Build();
        Assert.Equal(
            ["codes Categorical", "ids Numeric", "flags Categorical", "text Categorical", "share Numeric", "p Score", "class Categorical"],
            profile.Columns.Select(c => $"{c.Name} {c.Kind}"));
        Assert.Equal(["true", "false"], profile.FindColumn("flags")!.Categories);
        ReferenceColumn text = profile.FindColumn("text")!;
        Assert.Equal(["y", "x"], text.Categories);
        Assert.Equal(100, text.Counts()[text.Layout.Missing]);
        Assert.Equal(0.9, text.Completeness, 1e-12);
    }

    [Fact]
    public void Build_VeryManyDistinctStrings_IsOpenAndBounded()
    {
        using var builder = new ReferenceProfileBuilder();
        for (int batch = 0; batch < 40; batch++)
        {
            int start = batch * 5_000;
            using NamedValues rows = new() { ["s"] = TensorValue.Copy<string>([.. Enumerable.Range(start, 5_000).Select(i => i % 5 == 0 ? "common" : $"user-{i}")], [5_000]) };
            builder.Add(rows);
        }

        ReferenceProfile profile = builder.Build();
        ReferenceColumn column = profile.Columns[0];
        Assert.True(column.IsOpen);
        Assert.Equal("common", column.Categories[0]);
        Assert.Equal(40_000, column.Counts()[0]);
        Assert.Equal(0, column.Counts()[column.Layout.Unseen]);
        Assert.InRange(profile.ToArray().Length, 1, 8_192);
    }

    [Fact]
    public void Build_MoreRowsThanAreHeld_CountsAll()
    {
        using var builder = new ReferenceProfileBuilder();
        var random = new Random(1);
        for (int batch = 0; batch < 20; batch++)
        {
            using NamedValues rows = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(random, 10_000, 1), [10_000]) };
            builder.Add(rows);
        }

        ReferenceProfile profile = builder.Build();
        Assert.Equal(200_000, profile.Rows);
        foreach (long count in profile.Columns[0].Counts().Slice(2, 32))
        {
            Assert.InRange(count / 200_000.0, 0.029, 0.034);
        }
    }

    [Fact]
    public void Build_Labels_CountPositivesOfScoresAndErrorsOfNumbers()
    {
        float[] scores = [0.1f, 0.1f, 0.9f, 0.9f, 0.9f, 0.55f, 0.2f, 0.3f];
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(scores, [8]) };
        using NamedValues outputs = new() { ["p"] = TensorValue.Copy<float>(scores, [8]), ["class"] = TensorValue.Copy<long>([0L, 0, 1, 1, 1, 1, 0, 0], [8]) };
        using TensorValue labels = TensorValue.Copy<long>([0L, 1, 1, 1, 0, 1, 0, 0], [8]);
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions
        {
            Columns = new Dictionary<string, ColumnOptions> { ["class"] = new() { Kind = ColumnKind.Categorical } },
        });
        builder.Add(inputs, outputs, labels);
        ReferenceProfile profile = builder.Build();
        Assert.Equal(["0", "1"], profile.LabelClasses);
        Assert.Equal([4, 4], profile.LabelCounts);
        ReferenceColumn p = profile.FindColumn("p")!;
        Assert.Equal(ColumnKind.Score, p.Kind);
        Assert.Equal(2, p.Positives[p.Layout.First + 230]);
        Assert.Equal(1, p.Positives[p.Layout.First + 25]);
        ReferenceColumn predicted = profile.FindColumn("class")!;
        Assert.Equal([3, 3], predicted.Positives[..2].ToArray());

        using TensorValue numbers = TensorValue.Copy<float>([.. scores.Select(s => s - 0.25f)], [8]);
        using var regression = new ReferenceProfileBuilder();
        regression.Add(inputs, outputs, numbers);
        ReferenceColumn y = regression.Build().FindColumn("p")!;
        Assert.Empty(y.Positives.ToArray());
        Assert.Equal(0.75, y.AbsoluteErrors[y.Layout.First + 230], 1e-6);
    }

    [Fact]
    public void Build_OptionsThatDoNotSuit_AreErrors()
    {
        using NamedValues rows = new() { ["s"] = TensorValue.Copy<string>(["a"], [1]), ["x"] = TensorValue.Copy<float>([1.5f], [1]) };
        foreach ((string name, ColumnKind? kind) in new (string, ColumnKind?)[] { ("s", ColumnKind.Numeric), ("x", ColumnKind.Categorical), ("z", null) })
        {
            using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { Columns = new Dictionary<string, ColumnOptions> { [name] = new() { Kind = kind } } });
            builder.Add(rows);
            Assert.Contains($"'{name}'", Assert.Throws<MonitoringException>(() => builder.Build()).Message, StringComparison.Ordinal);
        }
    }
}
