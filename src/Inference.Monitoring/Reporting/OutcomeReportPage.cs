using System.Text;
using Inference.Monitoring.Reporting;

namespace Inference.Monitoring;

/// <summary>Renders the comparison of two arms as one self-contained HTML page: no scripts, no other files. Texts from files are encoded and cut.</summary>
public static class OutcomeReportPage
{
    /// <summary>Renders the page.</summary>
    /// <param name="report">The comparison.</param>
    /// <param name="points">How its interval narrowed, in order of rows; may be empty.</param>
    /// <param name="title">The heading.</param>
    /// <param name="source">Where the outcomes are from; empty for nothing.</param>
    public static string Render(OutcomeReport report, IReadOnlyList<OutcomePoint> points, string title, string source = "")
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(title);
        var page = new StringBuilder(1 << 14);
        string heading = ReportText.Text(title);
        page.Append($"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/><title>{heading}: {Word(report.Verdict)}</title><style>{ReportStyle.Css}</style></head><body><h1>{heading}</h1>");
        Verdict(page, report);
        Arms(page, report);
        if (points.Count > 1)
        {
            page.Append("<h2>Difference over the outcomes</h2><p>The line is the difference of the means, the area its interval after so many outcomes, in the order of the rows. The interval holds at all of them together: one may look, and stop, at any time.</p>");
            OutcomePlot.Draw(page, points);
        }

        Explain(page);
        page.Append($"<footer>{(source.Length > 0 ? $"Rows: {ReportText.Text(source)}. " : "")}Outcomes from {ReportText.Number(report.Lowest)} to {ReportText.Number(report.Highest)}.</footer></body></html>");
        return page.ToString();
    }

    private static void Verdict(StringBuilder page, OutcomeReport report)
    {
        string kind = report.SampleRatioMismatch || report.Verdict == OutcomeVerdict.Worse ? "bad" : report.Verdict == OutcomeVerdict.Better ? "good" : "none";
        page.Append($"<div class=\"verdict {kind}\"><b>{Word(report.Verdict)}</b><ul><li>{ReportText.Text(report.Treatment.Name)} − {ReportText.Text(report.Control.Name)}: {ReportText.Number(report.Difference)}, interval {ReportText.Number(report.Low)} to {ReportText.Number(report.High)}.</li>");
        page.Append(report.SampleRatioMismatch ? "<li><b>Sample-ratio mismatch</b>: units do not reach the arms in the stated shares. Something decides who is in an arm, or whose outcome is known; the difference is not to be trusted.</li>" : "");
        page.Append(report.IsConstant ? "" : "<li>The difference is not the same in all stages; the interval covers those of the stages.</li>");
        page.Append(report.Duplicates == 0 ? "" : $"<li>{ReportText.Number(report.Duplicates, "N0")} rows repeat a unit and do not count{(report.Crossed == 0 ? "" : $", {ReportText.Number(report.Crossed, "N0")} of them in the other arm")}.</li>");
        page.Append("</ul></div>");
    }

    private static void Arms(StringBuilder page, OutcomeReport report)
    {
        page.Append("<h2>Arms</h2>");
        var table = new ReportTable(page, "Arm", "#Units", "#Share", "#Outcomes", "#Mean");
        long units = Math.Max(report.Control.Units + report.Treatment.Units, 1);
        foreach (OutcomeArm arm in new[] { report.Control, report.Treatment })
        {
            table.Row(ReportText.Text(arm.Name), ReportText.Number(arm.Units, "N0"), ReportText.Share((double)arm.Units / units), ReportText.Number(arm.Rows, "N0"), ReportText.Number(arm.Mean, "G5"));
        }

        table.End();
        page.Append(double.IsNaN(report.SampleRatioLogEvidence) ? "<p class=\"note\">No shares were stated: whether units reach the arms as they should is not judged.</p>" : $"<p class=\"note\">Evidence of a sample-ratio mismatch, ln: {ReportText.Number(report.SampleRatioLogEvidence, "F1")}; from 6.9 on it is reported. {ReportText.Number(report.Stages, "N0")} stage{(report.Stages == 1 ? "" : "s")}.</p>");
    }

    private static void Explain(StringBuilder page) => page.Append(
        "<details><summary>How to read this report</summary><p><b>Verdict.</b> Better or worse if the interval does not contain 0. It is undecided as long as either is possible; that is no proof of equality, for which the interval's ends are to be read.</p>"
        + "<p><b>Conditions.</b> Units are assigned at random and independently, each counts once, an outcome does not depend on other units, and a change of the shares begins a stage. The mean of an arm may change from stage to stage; the difference may not.</p></details>");

    private static string Word(OutcomeVerdict verdict) => verdict switch
    {
        OutcomeVerdict.Better => "better",
        OutcomeVerdict.Worse => "worse",
        _ => "undecided",
    };
}
