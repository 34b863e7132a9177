using System.Globalization;
using System.Net;
using System.Text;
using CaseStudy.Measuring;
using CaseStudy.Steps;
using OptimizeAndServe.Tuning;

namespace CaseStudy.Reporting;

/// <summary>The study as one self-contained page.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1d2430; --soft: #5c6675; --line: #dfe3ea; --paper: #fff; --card: #f6f7f9; --base: #8793a5; --gain: #1f8a5b; --loss: #c2483c; --rest: #dbe7e1; --budget: #b7791f; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7ebf1; --soft: #9aa5b5; --line: #333c49; --paper: #151a21; --card: #1d242d; --base: #7a8798; --gain: #45b584; --loss: #e0695d; --rest: #22342d; --budget: #d69e3a; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 960px; margin: 40px auto; padding: 0 20px; }
        h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 40px 0 8px; } p { color: var(--soft); margin: 4px 0 12px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px; margin: 22px 0; }
        .card { background: var(--card); border-radius: 10px; padding: 16px 18px; } .card b { display: block; font-size: 30px; line-height: 1.2; } .card span { color: var(--soft); font-size: 13px; }
        .met b { color: var(--gain); } .unmet b { color: var(--loss); }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; } th:first-child, td:first-child, td.text, th.text { text-align: left; } td.text { white-space: normal; min-width: 200px; } th { color: var(--soft); font-weight: 500; }
        tr.best td { font-weight: 600; } td.loss { color: var(--loss); } td.gain { color: var(--gain); }
        svg { width: 100%; min-width: 660px; height: auto; margin: 10px 0 18px; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; } svg .title { font-weight: 600; font-size: 15px; }
        svg .name { text-anchor: end; } svg .change, svg .tick { fill: var(--soft); font-size: 12px; } svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
        svg .base { fill: var(--base); } svg .gain { fill: var(--gain); } svg .loss { fill: var(--loss); } svg .rest { fill: var(--rest); }
        svg .label { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; } svg .tried { opacity: .45; } svg .link, svg .grid { stroke: var(--line); } svg .front { fill: none; stroke: var(--gain); stroke-width: 2; } svg .lead { stroke: var(--soft); stroke-width: .8; } svg .budget { stroke: var(--budget); stroke-dasharray: 5 4; }
        """;

    public static string Write(StudyReport report)
    {
        var html = new StringBuilder();
        void Line(FormattableString line) => html.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        (string best, double time, double cpu) = MarkdownReport.Best(report);
        StepFacts facts = report.Steps.First(s => s.Name == best);
        Line($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Case study: a recommender</title><style>{Style}</style></head><body>");
        Line($"<h1>A recommender, made faster step by step</h1><p>One user, 100 items, ranked. {WebUtility.HtmlEncode(report.Requests)} {WebUtility.HtmlEncode(report.Machine)}. Users by Zipf {StudyReport.Main:F1} unless stated.</p>");
        Line($"<div class=\"cards\">");
        Card(Line, time >= 0.8, $"−{time:P1}", "time a request (p50); asked for: −80 %, published elsewhere: −78 %");
        Card(Line, cpu >= 0.7, $"−{cpu:P1}", "CPU seconds; asked for: −70 %, published elsewhere: −65 %");
        Card(Line, facts.Drop <= 0.1, $"−{facts.Drop:F3}", "points of AUC overall; allowed: 0.1");
        Card(Line, facts.WorstDrop <= 0.3, $"−{facts.WorstDrop:F3}", $"points on the worst slice ({WebUtility.HtmlEncode(facts.WorstSlice)}); allowed: 0.3");
        Line($"</div><h2>What each step takes off</h2><p>Green: what a step saves. Red: what it costs. Points are per cent of the baseline.</p>");
        Dictionary<string, StepResult> main = report.Results[StudyReport.Main];
        Line($"<div class=\"scroll\">{WaterfallChart.Write("Median time of a request", "µs", "F0", [.. report.Chain(r => r.P50).Select(s => (s.Name, main[s.Name].P50, s.Kept))])}</div>");
        Line($"<div class=\"scroll\">{WaterfallChart.Write("CPU seconds for 1,000 requests", "s", "F3", [.. report.Chain(r => r.CpuPerThousand).Select(s => (s.Name, main[s.Name].CpuPerThousand, s.Kept))])}</div>");
        Line($"<h2>Cost and quality</h2><p>Up and left is better; the line joins the best trade-offs.</p><div class=\"scroll\">{ParetoChart.Write([.. report.Steps.Select(s => (s.Name, main[s.Name].CpuPerThousand, s.Drop))])}</div>");
        foreach (double exponent in report.Exponents)
        {
            Table(report, exponent, best, Line);
        }

        Line($"<h2>Steps</h2><div class=\"scroll\"><table><tr><th>step</th><th class=\"text\">what it changes</th><th>AUC</th><th>drop, points</th><th>worst slice</th><th>memory, MiB</th></tr>");
        foreach (StepFacts step in report.Steps)
        {
            Line($"<tr><td>{step.Name}</td><td class=\"text\">{WebUtility.HtmlEncode(step.What)}</td><td>{step.Auc:F4}</td><td>{step.Drop:F3}</td><td>{step.WorstDrop:F3} ({WebUtility.HtmlEncode(step.WorstSlice)})</td><td>{step.MemoryBytes / 1048576.0:F0}</td></tr>");
        }

        Line($"</table></div><h2>How choices were made</h2><p>By {report.Choices.Requests:N0} requests that nothing was fitted to and nothing above is reported on. All steps together may lose {QualityBudget.All.Overall} points overall and {QualityBudget.All.Slice} on any slice there; of the settings that keep to a step’s share of that the cheapest is taken.</p>");
        Line($"<div class=\"scroll\"><table><tr><th>step</th><th class=\"text\">setting</th><th class=\"text\">cost</th><th>drop, points</th><th>worst slice</th></tr>");
        foreach (Trial trial in report.Choices.Trials)
        {
            Line($"<tr{(trial.Chosen ? " class=\"best\"" : "")}><td>{trial.Step}</td><td class=\"text\">{trial.Setting}{(trial.Chosen ? ", chosen" : "")}</td><td class=\"text\">{trial.Cost}</td><td>{trial.Drop:F3}</td><td>{trial.SliceDrop:F3} ({WebUtility.HtmlEncode(trial.Slice)})</td></tr>");
        }

        Line($"</table></div><h2>Notes</h2><ul>");
        foreach (FormattableString note in report.Notes)
        {
            Line($"<li>{WebUtility.HtmlEncode(note.ToString(CultureInfo.InvariantCulture))}</li>");
        }

        Line($"</ul><p>Made by <code>{WebUtility.HtmlEncode(report.Command)}</code>.</p></body></html>");
        return html.ToString();
    }

    private static void Card(Action<FormattableString> line, bool met, FormattableString figure, string text) =>
        line($"<div class=\"card {(met ? "met" : "unmet")}\"><b>{figure.ToString(CultureInfo.InvariantCulture)}</b><span>{text}</span></div>");

    private static void Table(StudyReport report, double exponent, string best, Action<FormattableString> line)
    {
        line($"<h2>Users by Zipf {exponent:F1}</h2><div class=\"scroll\"><table><tr><th>step</th><th>p50 µs</th><th>p99 µs</th><th>CPU s / 1,000</th><th>time</th><th>CPU</th><th>requests/s, 8 callers</th><th>users cached</th></tr>");
        foreach (StepFacts step in report.Steps)
        {
            StepResult r = report.Results[exponent][step.Name];
            double time = r.P50 / report.BaselineTime(exponent) - 1;
            double cpu = r.CpuPerThousand / report.BaselineCpu(exponent) - 1;
            string hits = r.HitRate?.ToString("P0", CultureInfo.InvariantCulture) ?? "–";
            bool isBase = step.Name is StepCatalog.Baseline1 or StepCatalog.Baseline2;
            string Kind(double change) => isBase ? "" : change <= 0 ? "gain" : "loss";
            line($"<tr{(step.Name == best ? " class=\"best\"" : "")}><td>{step.Name}</td><td>{r.P50:F0}</td><td>{r.P99:F0}</td><td>{r.CpuPerThousand:F3}</td><td class=\"{Kind(time)}\">{time:+0.0%;−0.0%}</td><td class=\"{Kind(cpu)}\">{cpu:+0.0%;−0.0%}</td><td>{r.Throughput:N0}</td><td>{hits}</td></tr>");
        }

        line($"</table></div>");
    }
}
