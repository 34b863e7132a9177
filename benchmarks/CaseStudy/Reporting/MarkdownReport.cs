using System.Globalization;
using System.Text;
using CaseStudy.Measuring;
using CaseStudy.Steps;
using OptimizeAndServe.Tuning;

namespace CaseStudy.Reporting;

/// <summary>The study as Markdown.</summary>
internal static class MarkdownReport
{
    public static string Write(StudyReport report)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"# Case study: a recommender");
        Line($"");
        Line($"One user, 100 items, ranked. {report.Requests} Made by `{report.Command}` on {report.Machine}.");
        Line($"");
        Verdict(report, Line);
        foreach (double exponent in report.Exponents.OrderBy(e => e == StudyReport.Main ? 0 : 1).ThenBy(e => e))
        {
            Line($"");
            Line($"## Users by Zipf {exponent:F1}");
            Line($"| step | p50 µs | p99 µs | CPU s / 1,000 | time saved | CPU saved | requests/s, 8 callers | CPU s / 1,000, 8 callers | users cached |");
            Line($"| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (StepFacts step in report.Steps)
            {
                StepResult r = report.Results[exponent][step.Name];
                string hits = r.HitRate?.ToString("P0", CultureInfo.InvariantCulture) ?? "–";
                Line($"| {step.Name} | {r.P50:F0} | {r.P99:F0} | {r.CpuPerThousand:F3} | {1 - r.P50 / report.BaselineTime(exponent):P1} | {1 - r.CpuPerThousand / report.BaselineCpu(exponent):P1} | {r.Throughput:N0} | {r.LoadedCpuPerThousand:F3} | {hits} |");
            }
        }

        Line($"");
        Line($"## Quality and memory");
        Line($"| step | what it changes | AUC | drop, points | worst slice, points | slice | memory, MiB |");
        Line($"| --- | --- | --- | --- | --- | --- | --- |");
        foreach (StepFacts step in report.Steps)
        {
            Line($"| {step.Name} | {step.What} | {step.Auc:F4} | {step.Drop:F3} | {step.WorstDrop:F3} | {step.WorstSlice} | {step.MemoryBytes / 1048576.0:F0} |");
        }

        Line($"");
        Line($"## How choices were made");
        Line($"By {report.Choices.Requests:N0} requests that nothing was fitted to and nothing above is reported on, {report.Choices.Slices} slices; all steps together may lose {QualityBudget.All.Overall} points overall and {QualityBudget.All.Slice} on any slice there. Of the settings that keep to a step's share of that the cheapest is taken.");
        Line($"");
        Line($"| step | setting | cost | drop, points | worst slice, points | slice | |");
        Line($"| --- | --- | --- | --- | --- | --- | --- |");
        foreach (Trial trial in report.Choices.Trials)
        {
            Line($"| {trial.Step} | {trial.Setting} | {trial.Cost} | {trial.Drop:F3} | {trial.SliceDrop:F3} | {trial.Slice} | {(trial.Chosen ? "chosen" : "")} |");
        }

        Line($"");
        foreach (FormattableString note in report.Notes)
        {
            Line($"- {note.ToString(CultureInfo.InvariantCulture)}");
        }

        return text.ToString();
    }

    private static void Verdict(StudyReport report, Action<FormattableString> line)
    {
        (string name, double time, double cpu) = Best(report);
        StepFacts facts = report.Steps.First(s => s.Name == name);
        line($"| users by Zipf {StudyReport.Main:F1} | time a request (p50) | CPU | quality |");
        line($"| --- | --- | --- | --- |");
        line($"| **this study**, `{name}` against ONNX Runtime's float model | **−{time:P1}** | **−{cpu:P1}** | AUC −{facts.Drop:F3} points overall, −{facts.WorstDrop:F3} on the worst slice |");
        line($"| asked for | −80 % | −70 % | −0.1, −0.3 |");
        line($"| published elsewhere, another recommender | −78 % | −65 % | kept |");
    }

    /// <summary>The last step that is kept.</summary>
    public static (string Name, double TimeSaved, double CpuSaved) Best(StudyReport report)
    {
        string name = report.Kept;
        StepResult best = report.Results[StudyReport.Main][name];
        return (name, 1 - best.P50 / report.BaselineTime(StudyReport.Main), 1 - best.CpuPerThousand / report.BaselineCpu(StudyReport.Main));
    }
}
