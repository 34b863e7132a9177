using System.Text;
using Inference.Monitoring.Drift;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Reporting;

/// <summary>The columns, worst first: the first ones with their distributions then and now, further ones as rows of a table.</summary>
internal static class ColumnSection
{
    // A picture takes 1 to 10 KB, by its names, a row of the table below 1 KB: both together keep the page below 1 MB, which a mail or a ticket takes.
    private const int MaxPlots = 48;
    private const int MaxRows = 500;

    public static void Write(StringBuilder page, MonitoringReport report)
    {
        ColumnVerdict[] columns = [.. report.Comparison.Columns.OrderByDescending(static c => c.State).ThenByDescending(static c => c.Evidence).ThenByDescending(static c => double.IsNaN(c.JensenShannon) ? -1 : c.JensenShannon)];
        page.Append("<h2>Columns, worst first</h2><p class=\"note key\"><span class=\"then\"></span>profile<span class=\"now\"></span>these rows</p><div class=\"cards\">");
        Dictionary<string, ReferenceColumn> known = report.Profile.Columns.DistinctBy(static c => c.Name).ToDictionary(static c => c.Name, StringComparer.Ordinal);
        foreach (ColumnVerdict verdict in columns.Take(MaxPlots))
        {
            Card(page, report.Window, known[verdict.Name], verdict);
        }

        page.Append("</div>");
        if (columns.Length <= MaxPlots)
        {
            return;
        }

        page.Append("<h3>Further columns</h3>");
        var table = new ReportTable(page, "Column", "Verdict", "Rule", "#JS", "#PSI", "#KS", "#Evidence");
        foreach (ColumnVerdict verdict in columns.Skip(MaxPlots).Take(MaxRows))
        {
            table.Row(Name(known[verdict.Name]), ReportText.Badge(verdict.State), ReportText.Text(verdict.Rule ?? ""), ReportText.Number(verdict.JensenShannon, "F4"), ReportText.Number(verdict.Psi, "F4"), ReportText.Number(verdict.KolmogorovSmirnov, "F4"), ReportText.Number(verdict.Evidence, "F1"));
        }

        table.End();
        if (columns.Length > MaxPlots + MaxRows)
        {
            int rest = columns.Skip(MaxPlots + MaxRows).Count(static c => c.State >= MonitoringState.Warning);
            page.Append($"<p class=\"note\">{columns.Length - MaxPlots - MaxRows} columns with less evidence are left out, {rest} of them with a warning or alarm.</p>");
        }
    }

    private static void Card(StringBuilder page, MonitoringWindow window, ReferenceColumn column, ColumnVerdict verdict)
    {
        ReadOnlySpan<long> then = column.Counts(), now = window.Counts(column.Place);

        // By the cells that the verdict is about: those of a score are joined.
        var coding = new CellCoding(then, column.Layout.Ordered, column.Layout.Categories);
        var coded = new long[coding.Count];
        coding.Code(now, coded);
        Effect effect = CellEffects.JensenShannon(coding.Reference, coded);
        page.Append($"<section class=\"card\"><h3><span>{Name(column)}</span>{ReportText.Badge(verdict.State)}</h3>");
        DistributionPlot.Draw(page, column, then, now, $"{ReportText.Text(column.Name)}, then and now");
        page.Append("<p class=\"facts\">");
        if (verdict.Rule is { } rule)
        {
            page.Append($"<b>{ReportText.Text(rule)}</b> · ");
        }

        page.Append($"JS {ReportText.Number(verdict.JensenShannon, "F3")}, of the distributions {ReportText.Number(effect.Low, "F3")} to {ReportText.Number(effect.High, "F3")} · PSI {ReportText.Number(verdict.Psi, "F3")} · {(column.Layout.Ordered > 0 ? "KS" : "TV")} {ReportText.Number(verdict.KolmogorovSmirnov, "F3")} · evidence {ReportText.Number(verdict.Evidence, "F1")}</p>");
        if (column.Layout.Ordered > 0)
        {
            ColumnMoments before = column.Moments(), after = window.Moments(column.Place);
            page.Append($"<p class=\"facts\">mean {ReportText.Number(before.Mean)} → {ReportText.Number(after.Mean)} · sd {ReportText.Number(before.Deviation)} → {ReportText.Number(after.Deviation)}</p>");
        }

        page.Append("</section>");
    }

    private static string Name(ReferenceColumn column) => ReportText.Text(column.Name)
        + (column.Title is { } title ? $" <small>{ReportText.Text(title)}</small>" : "") + (column.Side == ColumnSide.Output ? " <small>(output)</small>" : "");
}
