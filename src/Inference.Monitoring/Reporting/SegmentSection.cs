using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>The segments, worst first.</summary>
internal static class SegmentSection
{
    private const int Named = 4;

    public static void Write(StringBuilder page, MonitoringReport report)
    {
        if (report.Segments.Count == 0)
        {
            return;
        }

        page.Append($"<h2>Segments by {ReportText.Text(report.Profile.SegmentColumn ?? "")}</h2><p>The rows of each segment as a stream of their own, with the same expected number of buckets until a false alarm for each.</p>");
        var table = new ReportTable(page, "Segment", "#Profile", "#These rows", "Verdict", "#Most evidence, ln", "Columns");
        foreach (SegmentReport segment in report.Segments.OrderByDescending(static s => s.State).ThenByDescending(static s => double.IsNaN(s.LogEvidence) ? double.NegativeInfinity : s.LogEvidence))
        {
            string columns = string.Join(", ", segment.Alarms.Take(Named).Select(static a => $"{ReportText.Text(a.Column)} ({ReportText.Text(a.Rule)})")) + (segment.Alarms.Count > Named ? ", …" : "");
            table.Row(
                ReportText.Text(segment.Name),
                $"{ReportText.Number(segment.ReferenceRows, "N0")}, {ReportText.Share((double)segment.ReferenceRows / Math.Max(report.Profile.Rows, 1))}",
                $"{ReportText.Number(segment.Rows, "N0")}, {ReportText.Share((double)segment.Rows / Math.Max(report.Window.Rows, 1))}",
                ReportText.Badge(segment.State),
                ReportText.Number(segment.LogEvidence, "F1"),
                columns);
        }

        table.End();
    }
}
