using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>The verdict, and what it rests on, in a few lines.</summary>
internal static class VerdictSection
{
    private const int Named = 5;

    public static void Write(StringBuilder page, MonitoringReport report)
    {
        ComparisonReport comparison = report.Comparison;
        ColumnVerdict[] alarms = [.. comparison.Columns.Where(static c => c.State == MonitoringState.Alarm).OrderByDescending(static c => c.Evidence).ThenByDescending(static c => c.JensenShannon)];
        int warnings = comparison.Columns.Count(static c => c.State == MonitoringState.Warning);
        page.Append($"<div class=\"verdict {ReportText.Class(comparison.State)}\"><b>{Word(comparison.State)}</b><ul>");
        page.Append($"<li>{ReportText.Number(comparison.Rows, "N0")} rows beside {ReportText.Number(report.Profile.Rows, "N0")} of the profile{(comparison.State == MonitoringState.Learning ? ": too few to judge" : "")}.</li>");
        if (comparison.State != MonitoringState.Learning)
        {
            page.Append($"<li>{alarms.Length} of {comparison.Columns.Count} columns changed");
            if (alarms.Length > 0)
            {
                page.Append(": ").AppendJoin(", ", alarms.Take(Named).Select(static c => $"<b>{ReportText.Text(c.Name)}</b>{(c.Rule is null ? "" : $" ({ReportText.Text(c.Rule)})")}")).Append(alarms.Length > Named ? ", …" : "");
            }

            page.Append(warnings > 0 ? $"; {warnings} more with a warning.</li>" : ".</li>");
        }

        foreach (PerformanceVerdict metric in comparison.Performance.Take(1))
        {
            page.Append($"<li>{ReportText.Text(metric.Metric)}: {ReportText.Number(metric.Reference, "F4")} on the reference, estimated {ReportText.Number(metric.Estimated, "F4")} ({ReportText.Number(metric.Low, "F4")} to {ReportText.Number(metric.High, "F4")}){(double.IsNaN(metric.Realized) ? "" : $", realized {ReportText.Number(metric.Realized, "F4")}")}.</li>");
        }

        if (comparison.State == MonitoringState.Alarm && alarms.Length == 0)
        {
            page.Append("<li>Labels show a model that is worse than its scores promise: the relation of inputs and labels changed.</li>");
        }

        if (report.Timeline.Count > 0)
        {
            page.Append(report.Alarms.Count > 0
                ? $"<li>As a stream: the first alarm at row {ReportText.Number(report.Alarms[0].Row, "N0")} ({ReportText.Text(report.Alarms[0].Column)} {ReportText.Text(report.Alarms[0].Rule)}).</li>"
                : "<li>As a stream: no alarm.</li>");
        }

        page.Append("</ul></div>");
    }

    private static string Word(MonitoringState state) => state switch
    {
        MonitoringState.Alarm => "Alarm",
        MonitoringState.Warning => "Warning",
        MonitoringState.Healthy => "Stable",
        _ => "Not judged",
    };
}
