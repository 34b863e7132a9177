using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>The rows in their order: evidence and alarms.</summary>
internal static class TimelineSection
{
    // Who reads on after so many looks at the picture; the page stays small.
    private const int MaxAlarms = 100;

    public static void Write(StringBuilder page, MonitoringReport report)
    {
        if (report.Timeline.Count == 0)
        {
            return;
        }

        page.Append($"<h2>Evidence over the rows</h2><p>Buckets of {ReportText.Number(report.BucketRows, "N0")} rows. Without a change, a false alarm is expected once in {ReportText.Number(report.ExpectedFalseAlarms, "N0")} buckets or more rarely. In row order; if the order of the file means nothing, neither does this picture.</p>");
        TimelinePlot.Draw(page, report.Timeline, report.Alarms, report.ExpectedFalseAlarms);
        if (report.Alarms.Count == 0)
        {
            page.Append("<p>No alarm.</p>");
            return;
        }

        var table = new ReportTable(page, "#Row", "Column", "What changed", "#Evidence, ln", "#JS");
        foreach (StreamAlarm alarm in report.Alarms.Take(MaxAlarms))
        {
            table.Row(ReportText.Number(alarm.Row, "N0"), ReportText.Text(alarm.Column), ReportText.Text(alarm.Rule), ReportText.Number(alarm.LogEvidence, "F1"), ReportText.Number(alarm.JensenShannon, "F4"));
        }

        table.End();
        if (report.Alarms.Count > MaxAlarms)
        {
            page.Append($"<p class=\"note\">{report.Alarms.Count - MaxAlarms} later ones are left out.</p>");
        }
    }
}
