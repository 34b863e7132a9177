using System.Text.Json;
using System.Threading.Channels;

namespace Inference.Browser.Host;

/// <summary>One opening of the page that runs models: how long it took to be ready, what it says of itself, and its models.</summary>
internal sealed class LaneRun
{
    // The largest model took a minute and a half.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromMinutes(5);

    public List<ModelResult> Models { get; } = [];

    public IReadOnlyList<string> Served { get; private set; } = [];

    public string Browser { get; private set; } = "";

    public string Description { get; private set; } = "";

    public double Ready { get; private set; }

    public double? TheirReady { get; private set; }

    /// <summary>Why the run ended early; null if it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Opens the page and waits for its reports. Never waits longer than <see cref="s_longestSilence"/> for the next one.</summary>
    /// <param name="site">The folder of the page.</param>
    /// <param name="models">The folder of the models' folders.</param>
    /// <param name="names">The models.</param>
    /// <param name="library">The folder of ONNX Runtime for the web; null to leave it out.</param>
    /// <param name="measure">Whether models are timed, not only checked.</param>
    public static async Task<LaneRun> RunAsync(string site, string models, IReadOnlyList<string> names, string? library, bool measure = true)
    {
        var run = new LaneRun();
        var folders = new Dictionary<string, string> { [""] = site, ["models"] = models };
        if (library is not null)
        {
            folders["ort"] = library;
        }

        var work = new
        {
            compare = library is not null,
            measure,
            cases = names.Select(n => new { name = n, files = Files(Path.Combine(models, n)) }),
        };
        await using PageServer server = await PageServer.StartAsync(folders, work);
        using var chromium = Chromium.Start();
        run.Browser = chromium.Version;
        chromium.Driver.Navigate().GoToUrl(server.Address);
        string at = "starting";
        while (true)
        {
            using var silence = new CancellationTokenSource(s_longestSilence);
            string kind;
            JsonElement body;
            try
            {
                (kind, body) = await server.Reports.ReadAsync(silence.Token);
            }
            catch (OperationCanceledException)
            {
                run.Failure = $"no answer within {s_longestSilence.TotalMinutes} minutes, {at}";
                break;
            }

            if (kind == "begin")
            {
                at = $"at model '{body.GetProperty("name").GetString()}'";
            }
            else if (kind == "ready")
            {
                run.Ready = body.GetProperty("ready").GetDouble();
                run.TheirReady = body.TryGetProperty("theirReady", out JsonElement theirs) ? theirs.GetDouble() : null;
                run.Description = body.GetProperty("description").GetString()!;
            }
            else if (kind == "model")
            {
                var result = ModelResult.Read(body);
                run.Models.Add(result);
                Console.Error.WriteLine($"browser: {result.Name}: {(result.IsRight ? "right" : result.Wrong)}{(result.Load is { } load ? $", load {load:F1} ms, first {result.First:F1} ms, steady {result.Steady:F2} ms" : "")}{(result.TheirSteady is { } t ? $", theirs {t:F2} ms" : result.TheirError)}");
            }
            else if (kind == "failed")
            {
                run.Failure = body.GetProperty("reason").GetString();
                break;
            }
            else
            {
                break;
            }
        }

        run.Served = [.. server.Served];
        return run;
    }

    private static IEnumerable<string> Files(string model) =>
        Directory.EnumerateFiles(model, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(model, f).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
