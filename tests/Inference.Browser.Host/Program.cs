using System.Globalization;

namespace Inference.Browser.Host;

/// <summary>
/// Inference.Browser.Host lane SITE MODELS [--names A,B] [--library FOLDER] [--out FILE --head TEXT] [--check]: opens the published page of tests/Inference.Browser, which runs the models, with --check without timing them; exit code 1 if a result is
/// not as expected or the page does not answer.
/// Inference.Browser.Host sample SITE [--size]: opens the published page of samples/10.Browser and uses it; exit code 1 if an answer is not as expected.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return args switch
            {
                ["lane", var site, var models, .. var rest] => await LaneAsync(Path.GetFullPath(site), Path.GetFullPath(models), rest),
                ["sample", var site, .. var rest] => await SampleCheck.RunAsync(Path.GetFullPath(site), size: rest is ["--size"]),
                _ => 64,
            };
        }
        catch (Exception exception) when (exception is TimeoutException or PlatformNotSupportedException or OpenQA.Selenium.WebDriverException)
        {
            Console.Error.WriteLine($"browser: failed: {exception.Message}");
            return 1;
        }
    }

    private static async Task<int> LaneAsync(string site, string models, string[] rest)
    {
        string? Option(string name) => Array.IndexOf(rest, name) is >= 0 and var i ? rest[i + 1] : null;
        string[] names = Option("--names")?.Split(',')
            ?? [.. Directory.EnumerateDirectories(models).Where(static d => File.Exists(Path.Combine(d, "model.onnx"))).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];
        string? library = Option("--library");
        LaneRun run = await LaneRun.RunAsync(site, models, names, library, measure: !rest.Contains("--check"));
        Console.Error.WriteLine($"browser: Chromium {run.Browser}, {run.Description.Split('\n')[0]}; ready after {run.Ready:F0} ms");
        if (Option("--out") is { } file)
        {
            await File.WriteAllTextAsync(file, await LaneReport.WriteAsync(run, site, models, library, Option("--head") ?? ""));
        }

        int wrong = run.Models.Count(static m => !m.IsRight);
        if (run.Failure is not null || wrong > 0 || run.Models.Count != names.Length)
        {
            Console.Error.WriteLine($"browser: failed: {run.Failure ?? $"{wrong} of {names.Length} models are not as expected"}");
            return 1;
        }

        Console.WriteLine($"browser: {run.Models.Count} models, all results as expected");
        return 0;
    }
}
