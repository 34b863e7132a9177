namespace Inference.Monitoring.Tests.Collection;

/// <summary>Outputs that are a sequence of maps, one for each row, as classifiers return them.</summary>
public sealed class MapTests
{
    private const int Count = 2_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Build_MapsOfClasses_AreColumnsByKey(bool texts)
    {
        ReferenceProfile profile = ReferenceProfile.Parse(Profile(texts).ToArray());
        string[] names = texts ? ["p[bird]", "p[cat]", "p[dog]"] : ["p[1]", "p[2]", "p[10]"];
        Assert.Equal([.. names, "p.top", "p.class"], profile.Columns.Where(static c => c.Tensor == "p").Select(static c => c.Name));
        Assert.All(names, name => Assert.Equal(ColumnKind.Score, profile.FindColumn(name)!.Kind));

        // Labels are the likeliest classes: each class's rows above a half are its own.
        ReferenceColumn top = profile.FindColumn("p.top")!;
        Assert.Equal(Count, top.Positives.ToArray().Sum());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compare_ClassThatBecomesLikelier_IsNamed(bool texts)
    {
        ReferenceProfile profile = Profile(texts);
        Assert.Equal(MonitoringState.Healthy, Judge(profile, texts, 0).State);
        ComparisonReport changed = Judge(profile, texts, 0.3);
        Assert.Equal(MonitoringState.Alarm, changed.State);
        Assert.Contains(changed.Columns, c => c.State == MonitoringState.Alarm && c.Name == (texts ? "p[dog]" : "p[10]"));
        Assert.Contains(changed.Performance, static p => p.Metric == "accuracy" && p.Realized == 1);
    }

    [Fact]
    public void Collect_KeysInAnotherOrderOrMissing_AreFoundByKey()
    {
        ReferenceProfile profile = Profile(texts: true);
        var observed = new ObservedRows(profile);
        using NamedValues inputs = Rows.Inputs(Rows.Normal(new Random(1), 2, 2), 2, "x");
        using NamedValues outputs = Outputs([Map(["dog", "bird"], [0.75f, 0.25f]), Map(["cow", "cat", "bird", "dog"], [0.1f, 0.2f, 0.3f, 0.4f])]);
        observed.Add(inputs, outputs);
        ReferenceColumn dog = profile.FindColumn("p[dog]")!, cat = profile.FindColumn("p[cat]")!;
        Assert.Equal(1, observed.Window.Counts(dog.Place)[dog.Layout.First + 192]);
        Assert.Equal(1, observed.Window.Counts(dog.Place)[dog.Layout.First + 102]);
        Assert.Equal(1, observed.Window.Counts(cat.Place)[cat.Layout.NaN]);
        Assert.Equal(0, observed.Window.MismatchedCalls);
    }

    private static ReferenceProfile Profile(bool texts)
    {
        using var builder = new ReferenceProfileBuilder();
        var random = new Random(3);
        for (int i = 0; i < 4; i++)
        {
            (NamedValues inputs, NamedValues outputs, TensorValue labels) = Batch(random, Count / 4, texts, 0);
            using (inputs)
            using (outputs)
            using (labels)
            {
                builder.Add(inputs, outputs, labels);
            }
        }

        return builder.Build();
    }

    private static ComparisonReport Judge(ReferenceProfile profile, bool texts, double more)
    {
        var observed = new ObservedRows(profile);
        (NamedValues inputs, NamedValues outputs, TensorValue labels) = Batch(new Random(4), Count, texts, more);
        using (inputs)
        using (outputs)
        using (labels)
        {
            observed.Add(inputs, outputs, labels);
        }

        return new WindowComparison(profile).Compare(observed);
    }

    private static (NamedValues Inputs, NamedValues Outputs, TensorValue Labels) Batch(Random random, int rows, bool texts, double more)
    {
        string[] names = ["bird", "cat", "dog"];
        long[] ids = [1, 2, 10];
        var maps = new ModelValue[rows];
        var best = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            double[] weights = [random.NextDouble(), random.NextDouble(), random.NextDouble() + more];
            float[] shares = [.. weights.Select(w => (float)(w / weights.Sum()))];
            best[row] = Array.IndexOf(weights, weights.Max());
            maps[row] = texts ? Map(names, shares) : new MapValue(TensorValue.Copy<long>(ids, [3]), TensorValue.Copy<float>(shares, [3]));
        }

        TensorValue labels = texts ? TensorValue.Copy<string>([.. best.Select(b => names[b])], [rows]) : TensorValue.Copy<long>([.. best.Select(b => ids[b])], [rows]);
        return (Rows.Inputs(Rows.Normal(random, rows, 2), 2, "x"), Outputs(maps), labels);
    }

    private static NamedValues Outputs(ModelValue[] maps)
    {
        var outputs = new NamedValues();
        outputs.Add("p", new SequenceValue(maps));
        return outputs;
    }

    private static MapValue Map(string[] keys, float[] values) => new(TensorValue.Copy<string>(keys, [keys.Length]), TensorValue.Copy<float>(values, [values.Length]));
}
