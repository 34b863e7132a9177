using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>Rules that too many rows break, and calls that could not be read.</summary>
internal static class QualitySection
{
    // A row takes below 2 KB: the page stays below 1 MB for any number of columns.
    private const int MaxFindings = 200;

    public static void Write(StringBuilder page, MonitoringReport report)
    {
        IReadOnlyList<QualityFinding> findings = report.Comparison.Quality;
        MonitoringWindow window = report.Window;
        page.Append("<h2>Data quality</h2>");
        if (window.MismatchedCalls > 0)
        {
            page.Append($"<p>{ReportText.Number(window.MismatchedCalls, "N0")} of {ReportText.Number(window.Calls, "N0")} calls had a tensor that is missing, or of another type or shape than in the profile.</p>");
        }

        if (window.FailedCalls > 0)
        {
            page.Append($"<p>{ReportText.Number(window.FailedCalls, "N0")} calls failed; their rows are not counted.</p>");
        }

        if (window.RowsSeen > window.Rows)
        {
            page.Append($"<p>{ReportText.Share((double)window.Rows / window.RowsSeen)} of the rows are counted, as far as the budget allowed.</p>");
        }

        if (findings.Count == 0)
        {
            page.Append("<p>No rule is broken.</p>");
            return;
        }

        var table = new ReportTable(page, "Column", "Rule", "#Share of rows", "#Evidence", "Found");
        foreach (QualityFinding finding in findings.OrderByDescending(static f => f.Evidence).Take(MaxFindings))
        {
            table.Row(ReportText.Text(finding.Column), ReportText.Text(finding.Rule), ReportText.Share(finding.Share), ReportText.Number(finding.Evidence, "F1"), ReportText.Text(finding.Detail));
        }

        table.End();
        if (findings.Count > MaxFindings)
        {
            page.Append($"<p class=\"note\">{findings.Count - MaxFindings} more are left out.</p>");
        }
    }
}
