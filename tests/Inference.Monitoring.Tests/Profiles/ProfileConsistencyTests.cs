using Inference.Monitoring.Cells;
using Inference.Monitoring.Collection;
using Inference.Monitoring.Profiles;
using Inference.Monitoring.Records;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Tests.Profiles;

/// <summary>Files with a valid checksum that nothing of ours wrote.</summary>
public class ProfileConsistencyTests
{
    public static TheoryData<string> Faults => ["column after rows", "pair of pairs", "length among statistics", "other width", "other channels", "text that is a number", "rows of three cells", "segments of a statistic"];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Parse_ColumnsThatContradictEachOther_IsAnError(string fault)
    {
        ReferenceProfile profile = Profile();
        List<ColumnDefinition> columns = [.. profile.WindowLayout.Columns];
        int wide = columns.FindIndex(static c => c.Derivation == ColumnDerivation.Deviation), top = columns.FindIndex(static c => c.Derivation == ColumnDerivation.Mean);
        int repeat = columns.FindIndex(static c => c.Derivation == ColumnDerivation.Repeat), pair = columns.FindIndex(static c => c.Derivation == ColumnDerivation.Pair);
        Assert.True(wide > 0 && top > 0 && repeat > 0 && pair > repeat);
        int segment = -1;
        switch (fault)
        {
            case "column after rows": columns.Insert(repeat + 1, columns[0] with { Name = "again" }); break;
            case "pair of pairs": columns[^1] = columns[^1] with { Index = repeat }; columns[repeat] = columns[repeat] with { Groups = new byte[columns[repeat].Layout.Count] }; break;
            case "length among statistics": columns[wide] = columns[wide] with { Derivation = ColumnDerivation.Length, Second = 0 }; break;
            case "other width": columns[1] = columns[1] with { Width = 7 }; break;
            case "other channels": columns[wide] = columns[wide] with { Second = 3 }; break;
            case "text that is a number": columns[0] = columns[0] with { ElementType = ElementType.String, Tensor = "s" }; break;
            case "rows of three cells": columns[repeat] = columns[repeat] with { Layout = CellLayout.OfCategories(1), Categories = ["new"], Keys = [0] }; break;
            default: columns[top] = columns[top] with { Layout = CellLayout.OfCategories(0), Edges = [] }; segment = top; break;
        }

        var layout = new WindowLayout(columns, segment);
        ColumnFacts[] facts = [.. columns.Select(static _ => new ColumnFacts())];
        byte[] bytes = new ReferenceProfile(profile.Identity, layout, new MonitoringWindow(layout), facts).ToArray();
        Assert.Throws<MonitoringException>(() => ReferenceProfile.Parse(bytes));
    }

    [Fact]
    public void Parse_MorePositivesThanRows_IsAnError()
    {
        ReferenceProfile profile = Profile();
        ColumnFacts[] facts = [.. profile.Columns.Select(static c => c.Facts)];
        facts[0] = facts[0] with { Positives = [.. Enumerable.Repeat(profile.Rows, profile.Columns[0].Layout.Count)] };
        Assert.Throws<MonitoringException>(() => ReferenceProfile.Parse(profile.With(facts).ToArray()));
        facts[0] = facts[0] with { Positives = [], AbsoluteErrors = new double[profile.Columns[0].Layout.Count], SquaredErrors = [.. Enumerable.Repeat(-1.0, profile.Columns[0].Layout.Count)] };
        Assert.Throws<MonitoringException>(() => ReferenceProfile.Parse(profile.With(facts).ToArray()));
    }

    [Fact]
    public void Parse_DamageUnderAValidChecksum_GivesAnErrorOrAProfileThatCounts()
    {
        byte[] bytes = Profile().ToArray();
        using NamedValues rows = Inputs(new Random(5), 9);
        using NamedValues images = Images(new Random(5), 9);
        var random = new Random(4);
        for (int round = 0; round < 1_500; round++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(11, damaged.Length - 8)] ^= (byte)(1 << random.Next(8));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(damaged.AsSpan(^8..), System.IO.Hashing.XxHash64.HashToUInt64(damaged.AsSpan(..^8)));
            ReferenceProfile? profile = null;
            try
            {
                profile = ReferenceProfile.Parse(damaged);
            }
            catch (MonitoringException)
            {
            }

            if (profile is not null)
            {
                new Collector(profile.WindowLayout).Collect(rows, images);
            }
        }
    }

    [Fact]
    public void ReadWindow_CountsThatAreNotInItsBytes_TakeNoMemory()
    {
        ColumnDefinition column = Profile().WindowLayout.Columns[0] with { Layout = CellLayout.OfBins(ColumnKind.Score, CellLayout.ScoreBins), Edges = [] };
        var layout = new WindowLayout([.. Enumerable.Repeat(column, 40_000)]);
        var writer = new RecordWriter("InfWindow"u8, 1);
        writer.Text(layout.Digest);
        writer.Number(0);
        byte[] bytes = writer.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MonitoringException>(() => WindowCodec.Read("Window", bytes, layout));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Layout_OfMoreCellsThanAWindowHolds_IsAnError()
    {
        ColumnDefinition column = Profile().WindowLayout.Columns[0] with { Layout = CellLayout.OfBins(ColumnKind.Score, CellLayout.ScoreBins), Edges = [] };
        Assert.Throws<MonitoringException>(() => new WindowLayout([.. Enumerable.Repeat(column, 1_100_000)]));
    }

    [Fact]
    public void WithRules_ARangeOtherThanTheReferences_IsAnError()
    {
        ReferenceProfile profile = Profile();
        ReferenceColumn x = profile.Columns[0];
        Assert.Equal(profile.Digest, profile.WithRules(profile.ToJson()).Digest);
        Assert.Null(profile.WithRules(Rules(x.Name, "null")).Columns[0].Rules.Minimum);
        string json = Rules(x.Name, "-77");
        Assert.Contains("-77", Assert.Throws<MonitoringException>(() => profile.WithRules(json)).Message, StringComparison.Ordinal);
        using var builder = new ReferenceProfileBuilder(options: ReferenceProfileOptions.Parse(json));
        using NamedValues rows = Inputs(new Random(1), 300);
        builder.Add(rows);
        Assert.Contains("-77", Assert.Throws<MonitoringException>(() => builder.Build()).Message, StringComparison.Ordinal);
    }

    private static NamedValues Inputs(Random random, int rows)
    {
        float[] x = Rows.Normal(random, rows, 3);
        for (int i = 0; i < x.Length; i += 3)
        {
            x[i + 1] = x[i] + (0.1f * x[i + 1]);
        }

        return new NamedValues { ["x"] = TensorValue.Copy<float>(x, [rows, 3]) };
    }

    private static NamedValues Images(Random random, int rows) => new() { ["image"] = TensorValue.Copy<float>(Rows.Normal(random, rows, 18), [rows, 2, 3, 3]) };

    private static string Rules(string column, string minimum) => "{\"columns\": {\"" + column + "\": {\"rules\": {\"minimum\": " + minimum + "}}}}";

    private static ReferenceProfile Profile()
    {
        using NamedValues rows = Inputs(new Random(3), 400);
        using NamedValues images = Images(new Random(3), 400);
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { CountRepeats = true });
        builder.Add(rows, images);
        return builder.Build();
    }
}
