using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Inference.Dashboard.Tests;

/// <summary>Rules of accessibility: axe-core, fetched by npm when tests run.</summary>
internal static class Axe
{
    private const string Package = "axe-core@4.14.1";

    private static readonly Lazy<string?> s_script = new(Fetch);

    /// <summary>Why there are no rules on this machine; null if there are.</summary>
    public static string? WhyNot => Browser.WhyNot ?? (s_script.Value is null ? $"npm could not fetch {Package}." : null);

    /// <summary>Returns what a page violates, with an impact that is serious or critical: a line each.</summary>
    public static IReadOnlyList<string> Serious(Browser browser)
    {
        // The script is given to the driver, which the content security policy does not bind.
        browser.Driver.ExecuteScript(s_script.Value!);
        string json = (string)browser.Driver.ExecuteAsyncScript("""
            const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(result => done(JSON.stringify(result.violations)), error => done(JSON.stringify([{ id: String(error), impact: 'critical', nodes: [] }])));
            """)!;
        return
        [
            .. JsonNode.Parse(json)!.AsArray().Where(violation => (string?)violation!["impact"] is "serious" or "critical")
                .Select(violation => $"{violation!["id"]}: {violation["help"]}: {string.Join(" | ", violation["nodes"]!.AsArray().Take(5).Select(node => $"{node!["html"]} ({node["failureSummary"]})"))}"),
        ];
    }

    private static string? Fetch()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"inference-{Package.Replace('@', '-')}");
        string script = Path.Combine(folder, "package", "axe.min.js");
        if (!File.Exists(script))
        {
            Directory.CreateDirectory(folder);
            if (!Run("npm", $"pack {Package} --silent", folder) || !Run("tar", $"-xzf {Package.Replace('@', '-')}.tgz package/axe.min.js", folder))
            {
                return null;
            }
        }

        return File.Exists(script) ? File.ReadAllText(script) : null;
    }

    private static bool Run(string program, string arguments, string folder)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process.WaitForExit(TimeSpan.FromMinutes(1)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
