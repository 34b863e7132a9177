using System.Text.RegularExpressions;
using System.Xml.Linq;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Reporting;

public sealed partial class MonitoringReportTests
{
    private const string Hostile = "<script>alert('x')</script>\"&\u0001\ud800";

    [Fact]
    public void Render_ChangedRows_HasTheVerdictFirstAndTheWorstColumnFirst()
    {
        ReferenceProfile profile = Rows.Profile();
        MonitoringReport report = Report(profile, shifted: 2);
        XElement body = Parse(MonitoringReportPage.Render(report));
        Assert.Equal(MonitoringState.Alarm, report.Comparison.State);
        XElement[] blocks = [.. body.Elements()];
        Assert.Equal(("h1", "verdict bad"), (blocks[0].Name.LocalName, blocks[1].Attribute("class")!.Value));
        Assert.StartsWith("Alarm", blocks[1].Value, StringComparison.Ordinal);
        Assert.Contains("x[2]", blocks[1].Value, StringComparison.Ordinal);
        Assert.Equal(["Data quality", "Columns, worst first", "Evidence over the rows"], body.Elements("h2").Select(static h => h.Value));
        XElement[] cards = [.. body.Descendants("section")];
        Assert.Equal(profile.Columns.Count(static c => c.SecondColumn < 0), cards.Length);
        Assert.StartsWith("x[2]", cards[0].Element("h3")!.Value, StringComparison.Ordinal);
        Assert.Equal("alarm", cards[0].Descendants("span").Last().Value);
        Assert.Equal("fake", report.Title[..4]);
    }

    [Fact]
    public void Render_SameRows_IsStable()
    {
        MonitoringReport report = Report(Rows.Profile(), shifted: -1);
        XElement body = Parse(MonitoringReportPage.Render(report));
        Assert.StartsWith("Stable", body.Elements("div").First().Value, StringComparison.Ordinal);
        Assert.Contains("No rule is broken.", body.Value, StringComparison.Ordinal);
        Assert.Contains("As a stream: no alarm.", body.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Always_NeedsNothingElse()
    {
        string page = MonitoringReportPage.Render(Report(Rows.Profile(), shifted: 0));
        Assert.DoesNotMatch(External(), page);
        Assert.DoesNotMatch(NotANumber(), page);
    }

    [Fact]
    public void Render_HostileNames_AreEncodedAndCut()
    {
        using var builder = new ReferenceProfileBuilder(null, new ReferenceProfileOptions { SegmentColumn = Hostile, Source = Hostile });
        string name = "n" + new string('é', 500) + Hostile;
        var random = new Random(1);
        using NamedValues rows = Mixed(random, 500, name, ["plain", Hostile]);
        builder.Add(rows);
        ReferenceProfile profile = builder.Build();
        var report = new MonitoringReportBuilder(profile, new MonitoringReportOptions { Title = Hostile, Source = Hostile });
        using NamedValues now = Mixed(random, 500, name, [Hostile, "new" + Hostile]);
        report.Add(now);
        string page = MonitoringReportPage.Render(report.Build());
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        XElement body = Parse(page);
        Assert.StartsWith("<script>alert('x')</script>\"&", body.Element("h1")!.Value, StringComparison.Ordinal);
        Assert.Equal(2, body.Descendants("section").Count(static s => s.Element("h3")!.Value.StartsWith('n') || s.Element("h3")!.Value.StartsWith("<script", StringComparison.Ordinal)));
        Assert.DoesNotContain(new string('é', 130), body.Value, StringComparison.Ordinal);
        Assert.Contains(body.Elements("h2"), static h => h.Value.StartsWith("Segments by <script>", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_ThousandsOfColumnsAlarmsAndBuckets_IsBounded()
    {
        const int Width = 1_500;
        using var builder = new ReferenceProfileBuilder(null);
        using NamedValues rows = Wide(new Random(1), 200, Width, 0);
        builder.Add(rows);
        ReferenceProfile profile = builder.Build();
        Assert.True(profile.Columns.Count >= Width);
        using NamedValues now = Wide(new Random(2), 200, Width, 3);
        var observed = new ObservedRows(profile);
        observed.Add(now);
        var report = new MonitoringReport
        {
            Title = "wide",
            Profile = profile,
            Window = observed.Window,
            Comparison = new WindowComparison(profile).Compare(observed),
            ExpectedFalseAlarms = 1_000,
            Timeline = [.. Enumerable.Range(1, 200_000).Select(static i => new TimelinePoint(i, i % 50, MonitoringState.Healthy))],
            Alarms = [.. Enumerable.Range(1, 20_000).Select(static i => new StreamAlarm(i, $"c{i}", "shift", 20, 0.5))],
        };
        string page = MonitoringReportPage.Render(report);
        Assert.True(page.Length < 700_000, $"{page.Length}");
        XElement body = Parse(page);
        Assert.Equal(48, body.Descendants("section").Count());
        Assert.Contains("left out", body.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void Render_FewRows_IsNotJudged(int count)
    {
        var made = new MonitoringReportBuilder(Rows.Profile());
        if (count > 0)
        {
            using NamedValues rows = Rows.Inputs(Rows.Normal(new Random(1), count, FakeModel.InputWidth));
            made.Add(rows);
        }

        string page = MonitoringReportPage.Render(made.Build());
        Assert.StartsWith("Not judged", Parse(page).Elements("div").First().Value, StringComparison.Ordinal);
        Assert.DoesNotMatch(NotANumber(), page);
    }

    [Fact]
    public void Render_AllNaNConstantAndInfiniteColumns_DrawsThem()
    {
        float[] data = Rows.Normal(new Random(1), 400, 4);
        for (int i = 0; i < 400; i++)
        {
            (data[4 * i], data[(4 * i) + 1], data[(4 * i) + 2]) = (float.NaN, 7, i % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity);
        }

        using NamedValues rows = Rows.Inputs(data);
        using var builder = new ReferenceProfileBuilder(null);
        builder.Add(rows);
        var made = new MonitoringReportBuilder(builder.Build());
        made.Add(rows);
        using NamedValues others = Rows.Inputs(Rows.Normal(new Random(2), 400, 4, mean: 1e30));
        made.Add(others);
        string page = MonitoringReportPage.Render(made.Build());
        Assert.DoesNotMatch(NotANumber(), page);
        Assert.Equal(4, Parse(page).Descendants("section").Count(static s => s.Element("h3")!.Value.StartsWith("x[", StringComparison.Ordinal)));
    }

    [Fact]
    public void Build_RowsInOrder_HasATimelineAndSegments()
    {
        var random = new Random(1);
        using var builder = new ReferenceProfileBuilder(null, new ReferenceProfileOptions { SegmentColumn = "kind" });
        using NamedValues then = Mixed(random, 4_000, "value", ["a", "b"], name: "kind");
        builder.Add(then);
        var made = new MonitoringReportBuilder(builder.Build(), new MonitoringReportOptions { BucketRows = 100 });
        for (int i = 0; i < 20; i++)
        {
            using NamedValues rows = Mixed(random, 100, "value", ["a", "b"], name: "kind", shiftOfSecond: i < 10 ? 0 : 3);
            made.Add(rows);
        }

        MonitoringReport report = made.Build();
        Assert.Equal(Enumerable.Range(1, 20).Select(static i => 100L * i), report.Timeline.Select(static p => p.Row));
        Assert.True(report.Alarms[0].Row > 1_000, $"{report.Alarms[0].Row}");
        SegmentReport a = report.Segments.Single(static s => s.Name == "a"), b = report.Segments.Single(static s => s.Name == "b");
        Assert.Equal((MonitoringState.Healthy, 0), (a.State, a.Alarms.Count));
        Assert.Equal((MonitoringState.Alarm, "value"), (b.State, b.Alarms[0].Column));
        Assert.Equal((1_000L, 1_000L, 2_000L), (a.Rows, b.Rows, b.ReferenceRows));
        XElement table = Parse(MonitoringReportPage.Render(report)).Elements("table").Last();
        Assert.Equal("b", table.Elements("tr").ElementAt(1).Elements("td").First().Value);
    }

    private static MonitoringReport Report(ReferenceProfile profile, int shifted)
    {
        var made = new MonitoringReportBuilder(profile);
        var random = new Random(7);
        for (int call = 0; call < 20; call++)
        {
            float[] data = Rows.Normal(random, 100, FakeModel.InputWidth);
            for (int i = shifted; shifted >= 0 && i < data.Length; i += FakeModel.InputWidth)
            {
                data[i] += 3;
            }

            using NamedValues inputs = Rows.Inputs(data);
            using NamedValues outputs = FakeModel.Compute(inputs);
            made.Add(inputs, outputs);
        }

        return made.Build();
    }

    private static NamedValues Mixed(Random random, int rows, string numeric, string[] values, string name = Hostile, double shiftOfSecond = 0)
    {
        var numbers = new float[rows];
        var texts = new string[rows];
        for (int i = 0; i < rows; i++)
        {
            texts[i] = values[i % values.Length];
            numbers[i] = (float)(Rows.Gauss(random) + (i % values.Length == 1 ? shiftOfSecond : 0));
        }

        return new NamedValues { [numeric] = TensorValue.Copy<float>(numbers, [rows]), [name] = TensorValue.Copy<string>(texts, [rows]) };
    }

    private static NamedValues Wide(Random random, int rows, int width, double mean)
    {
        // A tensor of more than 256 columns is an embedding.
        const int Part = 250;
        var values = new NamedValues(width / Part);
        for (int i = 0; i < width / Part; i++)
        {
            values.Add($"part{i}", TensorValue.Copy<float>(Rows.Normal(random, rows, Part, mean), [rows, Part]));
        }

        return values;
    }

    private static XElement Parse(string page) => XDocument.Parse(page).Root!.Element("body")!;

    [GeneratedRegex("<script|<link|<img|<iframe| src=| href=|url\\(|@import|https?://", RegexOptions.IgnoreCase)]
    private static partial Regex External();

    [GeneratedRegex(" (d|x|y|width|height|cx|cy)=\"[^\"]*(NaN|∞|E[+-])")]
    private static partial Regex NotANumber();
}
