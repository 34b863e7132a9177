namespace Inference.Monitoring.Tests.Profiles;

public sealed class JointTests
{
    private const int Width = 20;

    // Column 3 depends on 0 and 1; columns 5, 6 and 7 depend on each other by their signs alone.
    private static float[] Data(int seed, int rows, double second = 0.5, bool parity = true)
    {
        var random = new Random(seed);
        float[] data = Rows.Normal(random, rows, Width);
        for (int i = 0; i < data.Length; i += Width)
        {
            data[i + 3] = (float)((0.6 * data[i]) + (second * data[i + 1]) + (Math.Sqrt(1 - 0.36 - (second * second)) * data[i + 3]));
            data[i + 7] = parity ? MathF.CopySign(data[i + 7], data[i + 5] * data[i + 6]) : data[i + 7];
        }

        return data;
    }

    private static ReferenceProfile Profile()
    {
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { CountJoint = true });
        using NamedValues inputs = Rows.Inputs(Data(1, 10_000), Width, "x");
        builder.Add(inputs);
        return ReferenceProfile.Parse(builder.Build().ToArray());
    }

    [Fact]
    public void Build_DependentColumns_HaveAResidualAndAParity()
    {
        ReferenceProfile profile = Profile();
        Assert.Contains(profile.Columns, static c => c is { Derivation: ColumnDerivation.Residual, Name: "x[3] | x[0], x[1]" });
        Assert.Contains(profile.Columns, static c => c is { Derivation: ColumnDerivation.Parity, Name: "x[5] ⊕ x[6] ⊕ x[7]" });
        Assert.DoesNotContain(profile.Columns, static c => c.IsJoint && c.Name.Contains("x[9]", StringComparison.Ordinal));
    }

    [Fact]
    public void Collect_InBlocksOfAnySize_CountsTheSame()
    {
        ReferenceProfile profile = Profile();
        float[] data = Data(2, 700);
        data[40] = float.NaN;
        data[63] = float.PositiveInfinity;
        var whole = new ObservedRows(profile);
        using (NamedValues inputs = Rows.Inputs(data, Width, "x"))
        {
            whole.Add(inputs);
        }

        var parts = new ObservedRows(profile);
        for (int start = 0; start < 700; start += 70)
        {
            using NamedValues inputs = Rows.Inputs(data[(start * Width)..((start + 70) * Width)], Width, "x");
            parts.Add(inputs);
        }

        foreach (ReferenceColumn joint in profile.Columns.Where(static c => c.IsJoint))
        {
            Assert.Equal(whole.Window.Counts(joint.Place), parts.Window.Counts(joint.Place));
            long counted = 0;
            foreach (long count in whole.Window.Counts(joint.Place))
            {
                counted += count;
            }

            Assert.Equal(700, counted);
        }
    }

    [Theory]
    [InlineData(0.5, true, new string[0])]
    [InlineData(0.0, true, new[] { "x[1]", "x[3]" })]
    [InlineData(-0.5, true, new[] { "x[1]", "x[3]" })]
    [InlineData(0.5, false, new[] { "x[5]", "x[6]", "x[7]" })]
    public void Judge_DependenceBroken_IsHeldAgainstItsColumns(double second, bool parity, string[] expected)
    {
        ReferenceProfile profile = Profile();
        var rows = new ObservedRows(profile);
        var bucket = new ObservedRows(profile);
        var stream = new StreamEvaluation(profile, new StreamOptions { ExpectedFalseAlarms = 10_000, MinimumRows = 1 });
        List<StreamAlarm> alarms = [];
        for (int i = 0; i < 60; i++)
        {
            using NamedValues inputs = Rows.Inputs(Data(100 + i, 100, second, parity), Width, "x");
            rows.Add(inputs);
            bucket.Add(inputs);
            alarms.AddRange(stream.Add(bucket.Drain()));
        }

        string[] named = [.. new WindowComparison(profile).Compare(rows).Columns.Where(static c => c.State == MonitoringState.Alarm && c.Rule == "joint").Select(static c => c.Name)];
        Assert.Subset(expected.ToHashSet(), named.ToHashSet());
        Assert.Subset(expected.ToHashSet(), alarms.Where(static a => a.Rule == "joint").Select(static a => a.Column).ToHashSet());
        Assert.Equal(expected.Length > 0, named.Length > 0);
        Assert.Equal(expected.Length > 0, alarms.Count > 0);
    }

    [Fact]
    public void ToJson_OfAllKindsOfColumns_IsReadBack()
    {
        ReferenceProfileOptions options = new() { CountJoint = true, CountAllPairs = true, CountRepeats = true };
        ReferenceProfile Build(ReferenceProfileOptions options, int rows)
        {
            using var builder = new ReferenceProfileBuilder(options: options);
            using NamedValues inputs = Rows.Inputs(Data(1, rows), Width, "x");
            builder.Add(inputs);
            return builder.Build();
        }

        ReferenceProfile profile = Build(options, 4_000);
        string json = profile.ToJson().Replace("\"ignore\": false", "\"ignore\": true", StringComparison.Ordinal);
        ReferenceProfileOptions read = ReferenceProfileOptions.Parse(json) with { CountJoint = true, CountAllPairs = true, CountRepeats = true };
        Assert.All(Build(read, 4_000).Columns, static c => Assert.True(c.Rules.Ignore));

        // Other rows have other ranges; columns that were chosen by the rows may be missing.
        ReferenceProfileOptions chosen = read with { Columns = read.Columns.Where(c => profile.FindColumn(c.Key)!.Derivation is not ColumnDerivation.Element).ToDictionary() };
        Assert.DoesNotContain(Build(chosen with { CountJoint = false }, 3_000).Columns, static c => c.Derivation == ColumnDerivation.Residual);
        Assert.Contains(Build(chosen, 3_000).Columns, static c => c.Derivation == ColumnDerivation.Residual && c.Rules.Ignore);
    }

    [Fact]
    public void Build_IndependentColumns_HaveNone()
    {
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { CountJoint = true });
        using NamedValues inputs = Rows.Inputs(Rows.Normal(new Random(5), 8_000, 40), 40, "x");
        builder.Add(inputs);
        Assert.DoesNotContain(builder.Build().Columns, static c => c.IsJoint);
    }
}
