using Inference.Monitoring.Cells;
using Inference.Monitoring.Repeats;

namespace Inference.Monitoring.Tests.Repeats;

public sealed class RepeatCounterTests
{
    [Fact]
    public void Count_RowsOfOtherCalls_AreRepeats()
    {
        ReferenceProfile profile = Profile();
        int place = profile.FindColumn("rows")!.Place;
        Assert.Equal(0, profile.Reference.Counts(place)[1]);
        var observed = new ObservedRows(profile);
        using NamedValues once = new() { ["x"] = TensorValue.Copy<float>([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]) };
        observed.Add(once);
        observed.Add(once);
        Assert.Equal([2, 2], observed.Drain().Counts(place)[..2].ToArray());
        observed.Add(once);
        Assert.Equal([0, 2], observed.Drain().Counts(place)[..2].ToArray());
    }

    [Fact]
    public void Count_Strings_AreComparedAsText()
    {
        using NamedValues rows = new() { ["s"] = TensorValue.Copy<string>(["a", "b", "a", "ab"], [4]) };
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { CountRepeats = true });
        builder.Add(rows);
        Assert.Equal([3, 1], builder.Build().FindColumn("rows")!.Counts()[..2].ToArray());
    }

    [Fact]
    public void Build_RepeatsNotAskedFor_HasNoColumn()
    {
        using NamedValues rows = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(new Random(1), 300, 1), [300]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(rows);
        Assert.Null(builder.Build().FindColumn("rows"));
    }

    [Fact]
    public void Profile_WithRepeats_SurvivesItsFile()
    {
        ReferenceProfile profile = Profile(), copy = ReferenceProfile.Parse(profile.ToArray());
        Assert.Equal(profile.LayoutDigest, copy.LayoutDigest);
        Assert.Equal(profile.Columns.Select(static c => c.Name), copy.Columns.Select(static c => c.Name));
    }

    [Fact]
    public void Define_RowsOfManyBytes_AreNotHashed()
    {
        ColumnDefinition[] columns = [.. Enumerable.Range(0, 513).Select(static i => new ColumnDefinition { Name = $"x[{i}]", Side = ColumnSide.Input, Tensor = "x", ElementType = ElementType.Float64, Layout = CellLayout.OfCategories(0) })];
        Assert.NotNull(RepeatCounter.Define(columns[..512]));
        Assert.Null(RepeatCounter.Define(columns));
        Assert.Null(RepeatCounter.Define([]));
    }

    private static ReferenceProfile Profile()
    {
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(new Random(3), 500, 4), [500, 4]) };
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { CountRepeats = true });
        builder.Add(inputs);
        return builder.Build();
    }
}
