using System.Xml.Linq;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Tests.Search;

/// <summary>The report's plot has round ticks, and names what was chosen.</summary>
public class ReportTests
{
    [Theory]
    [InlineData(0, 110, new[] { 0d, 20, 40, 60, 80, 100 })]
    [InlineData(-0.012, 0.112, new[] { 0, 0.05, 0.1 })]
    [InlineData(-2.4, 34.6, new[] { 0d, 10, 20, 30 })]
    public void Of_Range_GivesRoundNumbersWithinIt(double low, double high, double[] ticks) => Assert.Equal(ticks, AxisTicks.Of(low, high, low == 0 ? 6 : 4), (a, b) => Math.Abs(a - b) < 1e-9);

    [Theory]
    [InlineData("int8")]
    [InlineData("source")]
    public void Render_Search_NamesTheChosenOneAndIsWellFormed(string chosen)
    {
        var record = new DecisionRecord
        {
            Verb = "optimize",
            SourceSha256 = "",
            Chosen = chosen,
            Candidates = [Candidate("source", 0, 1), Candidate("int8", 0.001, 2), Candidate("prune 0.5", 0.2, 1.7)],
        };
        string plot = ParetoPlot.Render(record);

        Assert.Contains(chosen == "source" ? "chosen: source" : "1, chosen: int8", plot, StringComparison.Ordinal);
        Assert.Contains(">20 %</text>", plot, StringComparison.Ordinal);
        XElement picture = XElement.Parse(plot[..(plot.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        Assert.Equal(3, picture.Descendants("circle").Count());
        Assert.Contains("max-width:600px", HtmlReport.Render(record, "model"), StringComparison.Ordinal);
    }

    private static CandidateRecord Candidate(string name, double drop, double speedup) =>
        new() { Name = name, Drop = drop, Microseconds = 100 / speedup, Speedup = speedup, Bytes = 1000, Accepted = drop < 0.01, Reason = "" };
}
