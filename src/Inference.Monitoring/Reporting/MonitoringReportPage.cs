using System.Globalization;
using System.Text;
using Inference.Monitoring.Reporting;

namespace Inference.Monitoring;

/// <summary>Renders a report as one self-contained HTML page: no scripts, no other files. Texts from files are encoded and cut; the size is bounded for any number of columns, categories and alarms.</summary>
public static class MonitoringReportPage
{
    /// <summary>Renders the page.</summary>
    /// <param name="report">The report.</param>
    public static string Render(MonitoringReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder(1 << 16);
        string title = ReportText.Text(report.Title);
        page.Append($"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/><title>{title}: {ReportText.Word(report.Comparison.State)}</title><style>{ReportStyle.Css}</style></head><body><h1>{title}</h1>");
        VerdictSection.Write(page, report);
        PerformanceSection.Write(page, report.Comparison.Performance);
        QualitySection.Write(page, report);
        ColumnSection.Write(page, report);
        TimelineSection.Write(page, report);
        SegmentSection.Write(page, report);
        Explain(page);
        Foot(page, report);
        return page.Append("</body></html>").ToString();
    }

    private static void Explain(StringBuilder page) => page.Append(
        "<details><summary>How to read this report</summary><p><b>Verdict.</b> The rows as a whole are tested against the profile. All tests share one level, so that without a change an alarm has at most the probability 0.001 by default. An alarm needs evidence and an effect; a small change that is certain is a warning.</p>"
        + "<p><b>Evidence</b> of a column is ln of 1 ÷ its probability without a change, corrected for the number of tests: 6.9 is 1 in 1,000. <b>JS</b> is the Jensen–Shannon distance in bits, 0 (equal) to 1: first that of the counts, then the 95 % interval of that of the distributions behind them, which is smaller, because samples differ by chance too. <b>PSI</b> is the population stability index. <b>KS</b> is the largest difference of the distribution functions; for categories the total variation.</p>"
        + "<p><b>Timeline.</b> The rows in their order, bucket by bucket. Without a change the evidence reaches the alarm's bound once in the stated number of buckets or more rarely, whenever one looks. After an alarm its columns start anew.</p>"
        + "<p><b>Performance</b> is estimated from the model's scores, calibrated on the labels of the profile. It holds as long as the relation of inputs and labels is as it was; labels alone can show that it is not. The interval is that of what labels of these rows will show.</p></details>");

    private static void Foot(StringBuilder page, MonitoringReport report)
    {
        ReferenceProfile profile = report.Profile;
        page.Append($"<footer>Profile {profile.Digest[..16]}: {ReportText.Number(profile.Rows, "N0")} rows, {profile.Columns.Count} columns");
        if (profile.ModelName.Length > 0)
        {
            page.Append($", model {ReportText.Text(profile.ModelName)} {ReportText.Text(profile.ModelVersion)}");
        }

        page.Append(report.Source.Length > 0 ? $". Rows: {ReportText.Text(report.Source)}" : "");
        page.Append(report.MadeAt is { } at ? $". Made {at.ToString("u", CultureInfo.InvariantCulture)}" : "").Append(".</footer>");
    }
}
