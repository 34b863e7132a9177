using System.Globalization;
using System.Text;

namespace Inference.Browser.Host;

/// <summary>The report of a run over models, as Markdown.</summary>
internal static class LaneReport
{
    private const int Openings = 5;

    public static async Task<string> WriteAsync(LaneRun run, string site, string models, string? library, string head)
    {
        var text = new StringBuilder();
        text.AppendLine("# In the browser").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{head}, Chromium {run.Browser} without a window, {run.Description.Split('\n')[0]}.");
        text.AppendLine("A page runs all data sets of every model and compares each result with the expected one (the check of `inference verify`). Load and first run are those of a further load in the page, steady is the median of");
        text.AppendLine("batches of at least 20 ms after 0.4 s of runs, ms; inputs are those of the first data set. The program is interpreted: no part of it is compiled ahead of time.");
        if (library is not null)
        {
            text.AppendLine("Beside it ONNX Runtime for the web (npm `onnxruntime-web`), its WebAssembly provider on one thread, in the same page; batches of both alternate.");
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{run.Models.Count(static m => m.IsRight)} of {run.Models.Count} models are right.").AppendLine();
        string[] ours = [.. run.Served.Where(f => f.StartsWith(site, StringComparison.Ordinal) && !f.EndsWith("theirs.js", StringComparison.Ordinal) && !f.EndsWith("identity.onnx", StringComparison.Ordinal))];
        text.AppendLine(CultureInfo.InvariantCulture, $"| | this library | {(library is null ? "" : "ONNX Runtime |")}");
        text.AppendLine(library is null ? "| --- | --- |" : "| --- | --- | --- |");
        string[] theirs = library is null ? [] : [.. run.Served.Where(f => f.StartsWith(library, StringComparison.Ordinal))];
        text.AppendLine(CultureInfo.InvariantCulture, $"| download without models, compressed with Brotli, KB | {Kilobytes(ours)} |{(library is null ? "" : $" {Kilobytes(theirs)} |")}");
        (double ready, double? theirReady) = await ReadyAsync(site, models, library);
        text.AppendLine(CultureInfo.InvariantCulture, $"| start of the runtime from loopback, median of {Openings} openings, ms | {ready:F0} |{(library is null ? "" : $" {theirReady:F0} |")}").AppendLine();

        text.AppendLine(library is null ? "| model | result | KB | load | first | steady |" : "| model | result | KB | load | first | steady | ONNX Runtime: load | first | steady | steady, times |");
        text.AppendLine(library is null ? "| --- | --- | --- | --- | --- | --- |" : "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (ModelResult m in run.Models)
        {
            long size = new FileInfo(Path.Combine(models, m.Name, "model.onnx")).Length;
            text.Append(CultureInfo.InvariantCulture, $"| {m.Name} | {(m.IsRight ? "right" : m.Wrong)} | {size / 1000} | {m.Load:F1} | {m.First:F1} | {Text(m.Steady)} |");
            if (library is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $" {m.TheirLoad:F1} | {m.TheirFirst:F1} | {Text(m.TheirSteady) ?? m.TheirError} | {m.Steady / m.TheirSteady:F1} |");
            }

            text.AppendLine();
        }

        text.AppendLine().AppendLine("Kernels that are used there, by instruction set:").AppendLine();
        foreach (var group in run.Description.Split('\n')[1..].GroupBy(static line => line[(line.LastIndexOf('_') + 1)..]).OrderByDescending(static g => g.Count()))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- `{group.Key}` ({group.Count()}): {string.Join(", ", group.Select(static line => line[..line.IndexOf(':', StringComparison.Ordinal)]).Distinct())}");
        }

        return text.ToString();
    }

    private static async Task<(double Ours, double? Theirs)> ReadyAsync(string site, string models, string? library)
    {
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int i = 0; i < Openings; i++)
        {
            LaneRun run = await LaneRun.RunAsync(site, models, [], library);
            ours.Add(run.Ready);
            theirs.Add(run.TheirReady ?? 0);
        }

        return (ours.Order().ElementAt(Openings / 2), library is null ? null : theirs.Order().ElementAt(Openings / 2));
    }

    private static string Kilobytes(string[] files) => (Download.Compressed(files) / 1000).ToString(CultureInfo.InvariantCulture);

    // Three digits.
    private static string? Text(double? time) => time?.ToString(time < 1 ? "F3" : time < 10 ? "F2" : time < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);
}
