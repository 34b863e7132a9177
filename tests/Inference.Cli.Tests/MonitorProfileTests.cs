using Inference.Cli.Monitoring;
using Inference.Data;
using Inference.Monitoring;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

/// <summary>Rows of files as calls of a monitored model.</summary>
public class MonitorProfileTests
{
    [Theory]
    [InlineData("score", true)]
    [InlineData("y_pred", true)]
    [InlineData("anything", true)]
    public async Task Find_ScoresBesideLabels_AreOutputs(string name, bool output)
    {
        var random = new Random(1);
        const int N = 500;
        IDataSource source = Source(new NamedValues
        {
            ["age"] = TensorValue.Copy<float>([.. Enumerable.Range(0, N).Select(_ => (float)random.Next(90))], [N]),
            [name] = TensorValue.Copy<float>([.. Enumerable.Range(0, N).Select(_ => random.NextSingle())], [N]),
            ["label"] = TensorValue.Copy<long>([.. Enumerable.Range(0, N).Select(_ => (long)random.Next(2))], [N]),
        });
        HashSet<string> found = await OutputColumns.FindAsync(source, ["age", name], "label", new ReferenceProfileOptions(), CancellationToken.None);
        Assert.Equal(output ? [name] : [], found);
        HashSet<string> stated = await OutputColumns.FindAsync(source, ["age", name], "label", ReferenceProfileOptions.Parse($"{{\"columns\":{{\"{name}\":{{\"side\":\"input\"}},\"age\":{{\"side\":\"output\"}}}}}}"), CancellationToken.None);
        Assert.Equal(["age"], stated);
    }

    [Fact]
    public void Json_WrittenEditedAndReadBack_ChangesRules()
    {
        using var builder = new ReferenceProfileBuilder();
        using NamedValues rows = new() { ["x"] = TensorValue.Copy<float>([1f, 2, 3, 4], [4]), ["s"] = TensorValue.Copy<string>(["a", "b", "a", "b"], [4]) };
        builder.Add(rows);
        ReferenceProfile profile = builder.Build();
        string json = profile.ToJson();
        Assert.Equal(profile.Digest, profile.WithRules(json).Digest);
        ReferenceProfile edited = profile.WithRules("""{"columns":{"x":{"title":"width","rules":{"ignore":true,"tolerance":0.2}}}}""");
        Assert.Equal(("width", true, 0.2), (edited.Columns[0].Title, edited.Columns[0].Rules.Ignore, edited.Columns[0].Rules.Tolerance));
        Assert.Equal(profile.LayoutDigest, edited.LayoutDigest);
        Assert.Equal(edited.ToArray(), ReferenceProfile.Parse(edited.ToArray()).ToArray());
        foreach (string wrong in new[] { "{", "[]", """{"colums":1}""", """{"columns":{"x":{"kind":"numbers"}}}""", """{"columns":{"z":{}}}""", """{"columns":{"x":{"kind":"categorical"}}}""", """{"columns":{"x":{"rules":{"tolerance":2}}}}""" })
        {
            Assert.Throws<MonitoringException>(() => profile.WithRules(wrong));
        }
    }

    [SharedDataFact("data/adult")]
    public async Task Profile_OfTwoFilesAndTitles_IsWritten()
    {
        using var folder = new TemporaryFolder();
        string output = Path.Combine(folder.Path, "adult.profile");
        string data = TestData.Path("data", "adult");
        int code = await CommandLine.RunAsync(["monitor", "profile", "--data", Path.Combine(data, "calib.npz"), "--data", Path.Combine(data, "search.npz"), "--labels", "label", "--columns", Path.Combine(data, "columns.json"), "--segments", "sex", "-o", output]);
        Assert.Equal(0, code);
        ReferenceProfile profile = ReferenceProfile.Load(output);
        Assert.Equal(7_000, profile.Rows);
        Assert.Equal("age", profile.FindColumn("numeric[0]")!.Title);
        Assert.Equal(["Male", "Female"], profile.Segments.Order().Reverse());
        Assert.Equal(Inference.Monitoring.ColumnKind.Categorical, profile.FindColumn("categorical[7]")!.Kind);
        Assert.Null(profile.FindColumn("label"));
        Assert.Equal(["0", "1"], profile.LabelClasses);
        Assert.Equal(64, await CommandLine.RunAsync(["monitor", "profile", "-o", output]));
        Assert.Equal(1, await CommandLine.RunAsync(["monitor", "profile", "--data", "nowhere.npz", "-o", output]));
    }

    private static MemoryDataSource Source(NamedValues values) => new(values);
}
