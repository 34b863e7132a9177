using System.Globalization;
using System.Net;
using System.Text;
using Inference.Evaluation.Verdicts;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;

namespace Inference.Optimization.Reports;

/// <summary>Writes a decision record as one self-contained HTML page, without scripts or other files.</summary>
public static class HtmlReport
{
    private const string Style =
        ":root{color-scheme:light dark;--bg:#fff;--ink:#222;--soft:#555;--line:#ddd;--good:#2a8a3e;--goodbg:#e5f5e8;--bad:#c0392b;--badbg:#fdeaea;--blue:#3b6fb5;--shade:#3b6fb522}"
        + "@media(prefers-color-scheme:dark){:root{--bg:#16181b;--ink:#e6e6e6;--soft:#a8adb3;--line:#3a3f45;--good:#5cc77a;--goodbg:#17301e;--bad:#ff8a7a;--badbg:#3a1c19;--blue:#7fb0f0;--shade:#7fb0f033}}"
        + "body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--bg)}"
        + ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}th,td{padding:.25em .6em;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:break-word}.wide table{min-width:40em}"
        + "pre{white-space:pre-wrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.met{background:var(--goodbg);border-left:6px solid var(--good)}.unmet{background:var(--badbg);border-left:6px solid var(--bad)}"
        + ".verdict{padding:.8em 1em;margin:1em 0;font-size:1.1em;overflow-wrap:anywhere}svg{display:block;width:100%;height:auto;min-width:480px}svg text{font:12px system-ui,sans-serif;fill:var(--soft)}.key{font-size:13px;color:var(--soft)}.good{color:var(--good)}.blue{color:var(--blue)}.bad{color:var(--bad)}h1{overflow-wrap:anywhere}h2{margin-top:1.6em}"
        + ".grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:1em}.grid svg{min-width:0}.grid figcaption{font-size:12px;color:var(--soft);overflow-wrap:anywhere}figure{margin:0}"
        + "@media(max-width:600px){body{margin:1em auto;padding:0 .6em}h1{font-size:1.4em}.wide table{min-width:0}th,td{padding:.25em .3em;font-size:13px;overflow-wrap:anywhere}td.n,th.n{overflow-wrap:normal}svg{min-width:400px}.grid svg{min-width:0}}";

    /// <summary>Renders the page.</summary>
    /// <param name="record">The record.</param>
    /// <param name="title">The heading, such as the model's name.</param>
    /// <param name="details">Ranges and sensitivities; null for none.</param>
    public static string Render(DecisionRecord record, string title, ReportDetails? details = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        var page = new StringBuilder();
        page.Append($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Text(title)}</title><style>{Style}</style><body><h1>{Text(title)}: {Text(record.Verb)}</h1>");
        Verdict(page, record);
        if (record.Candidates.Count > 0)
        {
            page.Append("<h2>Accuracy against latency</h2><div class=\"wide\">").Append(ParetoPlot.Render(record)).Append("</div>");
            string[] numbers = ParetoPlot.Numbers(record);
            Table(page, ["", "Candidate", "Drop", "Worst slice", "Time µs", "Speedup", "Bytes", "Verdict"], record.Candidates.Select((c, i) => new[]
            {
                numbers[i], c.Name == record.Chosen ? $"{c.Name} (chosen)" : c.Name, Share(c.Drop), c.WorstSliceDrop is { } s ? Share(s) : "", Number(c.Microseconds, "F1"), Number(c.Speedup, "F2"), Number(c.Bytes, "N0"), c.Accepted ? "within budget" : c.Reason,
            }), 2, 6);
        }

        if (record.Quality is { } quality)
        {
            Quality(page, quality);
        }

        if (details is { Sensitivities.Count: > 0 })
        {
            page.Append("<h2>Each layer alone in 8 bits</h2>").Append(SensitivityPlot.Render(details.Sensitivities));
        }

        if (details is { Ranges.Count: > 0 })
        {
            page.Append("<h2>Ranges</h2><p>Values observed in calibration (fourth root of counts); the range covered by 8 bits is shaded.</p>").Append(HistogramPlots.Render(details.Ranges));
        }

        page.Append("<h2>Layers</h2>");
        Table(page, ["Layer", "Operator", "Action", "Reason"], record.Layers.Select(l => new[] { l.Name, l.Operator, l.Action, l.Reason }), 4, 4);
        page.Append("<h2>Environment</h2>");
        Table(
            page,
            ["", ""],
            [
                ["Source SHA-256", record.SourceSha256],
                .. record.Data.Select(d => new[] { $"Data to {d.Role}", $"{d.Name} {d.Sha256}" }),
                ["Seed", Number(record.Seed, "F0")],
                ["Processors", Number(Environment.ProcessorCount, "F0")],
                ["Runtime", System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription],
                ["System", System.Runtime.InteropServices.RuntimeInformation.OSDescription],
            ],
            2,
            2);
        return page.Append("</body></html>").ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    internal static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Verdict(StringBuilder page, DecisionRecord record)
    {
        page.Append($"<div class=\"verdict {(record.Met ? "met" : "unmet")}\"><b>{(record.Budget.Length == 0 && record.Met ? "No budget given" : record.Met ? "Budget met" : record.Verdict == VerdictOutcome.Inconclusive ? "Inconclusive" : "Budget not met")}</b>");
        if (record.Budget.Length > 0)
        {
            page.Append($" ({Text(record.Budget)})");
        }

        if (record.Reason.Length > 0)
        {
            page.Append($"<br>{Text(record.Reason)}");
        }

        if (record.Chosen.Length > 0)
        {
            page.Append($"<br>Chosen: <b>{Text(record.Chosen)}</b>");
        }

        foreach (string note in record.Notes)
        {
            page.Append($"<br>Note: {Text(note)}");
        }

        page.Append($"<br>Weights {Number(record.SourceBytes, "N0")} → {Number(record.Bytes, "N0")} bytes (÷ {Number((double)record.SourceBytes / Math.Max(1, record.Bytes), "F2")})");
        if (record.Microseconds > 0)
        {
            page.Append($" · time {Number(record.SourceMicroseconds, "F1")} → {Number(record.Microseconds, "F1")} µs (speedup {Number(record.SourceMicroseconds / record.Microseconds, "F2")})");
        }

        if (record.Quality is { } q)
        {
            page.Append($" · {Text(q.Metric)} {Number(q.Source, "F4")} → {Number(q.Candidate, "F4")} (drop {Share(q.Drop)}, 95 % interval {Share(q.DropLow)} to {Share(q.DropHigh)})");
        }

        if (record.Cascade is { } c)
        {
            page.Append($"<br>Cascade: {Share(c.StopShare)} of the rows answered by the student at confidence {Number(c.Threshold, "F3")}, drop {Share(c.Drop)}, mean {Number(c.TeacherMicroseconds, "F1")} → {Number(c.Microseconds, "F1")} µs per row");
        }

        page.Append("</div>");
    }

    private static void Quality(StringBuilder page, ComparisonResult quality)
    {
        page.Append("<h2>Quality on the reported rows</h2>").Append($"<p>{quality.Rows} rows; worst output error {Number(quality.WorstOutputError, "G4")}, mean {Number(quality.MeanOutputError, "G4")}.</p>");
        if (quality.Slices.Count > 0)
        {
            page.Append("<h3>Slices</h3>");
            Table(page, ["Slice", "Rows", "Before", "After", "Drop", "95 % interval", ""], quality.Slices.Select(s => new[]
            {
                s.Name, Number(s.Rows, "N0"), Number(s.Source, "F4"), Number(s.Candidate, "F4"), Share(s.Drop), s.Judged ? $"{Share(s.DropLow)} to {Share(s.DropHigh)}" : "", s.Judged ? Said(s.Outcome) : $"not judged: {(s.Reason.Length > 0 ? s.Reason : "too few rows")}",
            }), 1, 5);
        }

        if (quality.OtherMetrics.Count > 0)
        {
            page.Append("<h3>Other metrics</h3>");
            Table(page, ["Metric", "Before", "After", "Drop", "95 % interval", ""], quality.OtherMetrics.Select(static m => new[]
            {
                m.Name, Number(m.Source, "F4"), Number(m.Candidate, "F4"), Share(m.Drop), $"{Share(m.DropLow)} to {Share(m.DropHigh)}", Said(m.Outcome),
            }), 1, 4);
        }

        if (quality.Gaps.Any(static g => !double.IsNaN(g.Source)))
        {
            page.Append("<h3>Gaps between slices</h3>");
            Table(page, ["Gap", "Rows", "Before", "After", "Growth", "95 % interval", ""], quality.Gaps.Where(static g => !double.IsNaN(g.Source)).Select(static g => new[]
            {
                g.Name, Number(g.Rows, "N0"), Number(g.Source, "F4"), Number(g.Candidate, "F4"), Share(g.Growth), $"{Share(g.GrowthLow)} to {Share(g.GrowthHigh)}", Said(g.Outcome),
            }), 1, 5);
        }

        page.Append($"<h3>Flips</h3><p>{quality.FlipCount} rows change class: {quality.FlipsToWrong} to a wrong one, {quality.FlipsToRight} to the true one.</p>");
        Table(page, ["Row", "Before", "After", "Label"], quality.Flips.Select(f => new[] { Number(f.Row, "F0"), Class(f.Source), Class(f.Candidate), f.Label is { } label ? Class(label) : "" }), 0, 3);
        if (quality.Reading is { } reading)
        {
            page.Append($"<h3>How outputs and labels are read</h3><pre>{Text(reading.Describe())}</pre>");
        }

        string Class(int place) => quality.Reading is { } read && (uint)place < (uint)read.Classes.Count ? read.Classes[place] : Number(place, "F0");
    }

    private static string Said(VerdictOutcome? outcome) => outcome switch
    {
        VerdictOutcome.Met => "met",
        VerdictOutcome.NotMet => "not met",
        VerdictOutcome.Inconclusive => "inconclusive",
        _ => "",
    };

    private static void Table(StringBuilder page, string[] heads, IEnumerable<string[]> rows, int firstNumber, int lastNumber)
    {
        string Class(int column) => column >= firstNumber && column <= lastNumber ? " class=\"n\"" : "";
        page.Append("<div class=\"wide\"><table><tr>");
        for (int i = 0; i < heads.Length; i++)
        {
            page.Append($"<th{Class(i)}>{Text(heads[i])}</th>");
        }

        page.Append("</tr>");
        foreach (string[] row in rows)
        {
            page.Append("<tr>");
            for (int i = 0; i < row.Length; i++)
            {
                page.Append($"<td{Class(i)}>{Text(row[i])}</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</table></div>");
    }

    private static string Share(double value) => double.IsNaN(value) ? "–" : Number(value * 100, "F2") + " %";
}
