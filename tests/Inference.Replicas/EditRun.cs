using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Inference.Versioning;

namespace Inference.Replicas;

/// <summary>
/// Processes that publish versions and decide about them by editors of one repository. Either one is killed again and again, and after every kill each version that can be seen is whole and the log is valid; or several promote at
/// once, and each of them is acknowledged and in the log once, or told that another was first.
/// </summary>
internal sealed class EditRun : IDisposable
{
    // Some writes of a megabyte: most kills hit a publication while it is written.
    private const int WeightBytes = 3 << 20;

    private readonly string _home = Directory.CreateTempSubdirectory("inference-edits-").FullName;
    private readonly StepBook _book = new();
    private readonly Random _random;
    private int _kills;
    private int _leftOvers;

    private EditRun(int seed)
    {
        _random = new Random(seed);
        Directory.CreateDirectory(SourceOf(Root));
        File.WriteAllText(Path.Combine(SourceOf(Root), "some.onnx"), "1");
        byte[] weights = new byte[WeightBytes];
        _random.NextBytes(weights);
        File.WriteAllBytes(Path.Combine(SourceOf(Root), "weights.bin"), weights);
    }

    private string Root => Path.Combine(_home, "ranker");

    /// <summary>What is published, beside the repository.</summary>
    public static string SourceOf(string root) => Path.Combine(Path.GetDirectoryName(root)!, "source");

    /// <summary>Kills a process that many times.</summary>
    public static async Task<EditReport> KillAsync(int kills, int seed)
    {
        using var run = new EditRun(seed);
        await run.BeginAsync().ConfigureAwait(false);
        while (run._kills < kills)
        {
            await run.KillOneAsync().ConfigureAwait(false);
            await run.LookAsync().ConfigureAwait(false);
        }

        return await run.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Promotes that many times, by several processes with several threads each.</summary>
    public static async Task<EditReport> PromoteAsync(int steps, int processes, int threads, int seed)
    {
        using var run = new EditRun(seed);
        await run.BeginAsync().ConfigureAwait(false);
        int each = (steps + (processes * threads) - 1) / (processes * threads);
        await Task.WhenAll(Enumerable.Range(0, processes).Select(p => run.WatchAsync(run.Start(p, threads, each, isPromoting: true)))).ConfigureAwait(false);
        await run.LookAsync().ConfigureAwait(false);
        return await run.EndAsync().ConfigureAwait(false);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private async Task BeginAsync()
    {
        using RepositoryEditor editor = EditWorker.Open(Root);
        for (int v = 1; v <= 3; v++)
        {
            await EditWorker.PublishAsync(editor, SourceOf(Root), $"{v}", "beginning").ConfigureAwait(false);
        }

        await editor.PromoteAsync("1", "parent", "beginning").ConfigureAwait(false);
    }

    private Process Start(int number, int threads, int steps, bool isPromoting) =>
        Worker.Start("edit", Root, $"p{number}", Text(_random.Next()), Text(threads), Text(steps), isPromoting ? "promote" : "all");

    private async Task KillOneAsync()
    {
        using Process child = Start(_kills, 1, 0, isPromoting: false);
        Task<string> errors = child.StandardError.ReadToEndAsync();
        int until = _random.Next(1, 6);
        TimeSpan delay = TimeSpan.FromMilliseconds(_random.NextDouble() * 40);
        bool isKilled = false;
        while (await child.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (_book.Take(line) && --until == 0)
            {
                await Task.Delay(delay).ConfigureAwait(false);
                child.Kill();
                isKilled = true;
                _kills++;
            }
        }

        await child.WaitForExitAsync().ConfigureAwait(false);
        if (!isKilled)
        {
            throw new InvalidOperationException($"A process ended by itself with {child.ExitCode}: {await errors.ConfigureAwait(false)}");
        }
    }

    private async Task WatchAsync(Process child)
    {
        using (child)
        {
            Task<string> errors = child.StandardError.ReadToEndAsync();
            while (await child.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                _book.Take(line);
            }

            await child.WaitForExitAsync().ConfigureAwait(false);
            if (child.ExitCode != 0)
            {
                _book.Fault($"a process ended with {child.ExitCode}: {(await errors.ConfigureAwait(false)).ReplaceLineEndings(" ")}");
            }
        }
    }

    /// <summary>While nobody is alive: what can be seen is whole.</summary>
    private async Task LookAsync()
    {
        _leftOvers += Directory.EnumerateDirectories(Path.Combine(Root, ".publish")).Any() ? 1 : 0;
        foreach (string folder in Directory.EnumerateDirectories(Root).Where(d => !Path.GetFileName(d).StartsWith('.')))
        {
            RequireWhole(folder);
        }

        foreach (Step step in _book.Steps.Where(s => s.Action == "publish" && s.End is not null && !Directory.Exists(Path.Combine(Root, s.Version))))
        {
            _book.Fault($"version '{step.Version}' was acknowledged and is gone");
        }

        DecisionLogReport report = DecisionLogVerifier.Verify(Path.Combine(Root, ".inference"), null);
        if (report.Fault is { } fault)
        {
            _book.Fault($"the log is broken: {fault}");
        }

        using RepositoryEditor editor = EditWorker.Open(Root);
        IReadOnlyList<VersionRecord> versions = await editor.ListAsync().ConfigureAwait(false);
        if (versions.Count(v => v.State == Status.ModelVersionState.Default) != 1 || versions.Any(v => v.Problem is not null || v.Lineage is null))
        {
            _book.Fault($"after kill {_kills}: expected one default and whole versions, got {string.Join(", ", versions.Select(v => $"{v.Version} {v.State} {v.Problem}"))}");
        }
    }

    // Read by itself: nothing here is shared with the library.
    private void RequireWhole(string folder)
    {
        try
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
            JsonProperty[] files = [.. manifest.RootElement.GetProperty("files").EnumerateObject()];
            string[] there = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Where(f => f != "manifest.json").Order(StringComparer.Ordinal)];
            if (!there.SequenceEqual(["model.onnx", "weights.bin"]) || !files.Select(f => f.Name).Order(StringComparer.Ordinal).SequenceEqual(there)
                || files.Any(f => f.Value.GetString() != Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, f.Name)))))
                || !manifest.RootElement.GetProperty("lineage").TryGetProperty("publishedAt", out _))
            {
                _book.Fault($"after kill {_kills}: '{folder}' is not whole: {string.Join(", ", there)}");
            }
        }
        catch (Exception exception) when (exception is IOException or JsonException or KeyNotFoundException)
        {
            _book.Fault($"after kill {_kills}: '{folder}' is not whole: {exception.Message}");
        }
    }

    private async Task<EditReport> EndAsync()
    {
        using (RepositoryEditor editor = EditWorker.Open(Root))
        {
            await EditWorker.PublishAsync(editor, SourceOf(Root), "999999", "end").ConfigureAwait(false);
        }

        if (Directory.EnumerateDirectories(Path.Combine(Root, ".publish")).Any())
        {
            _book.Fault("what a dead publisher left was not removed");
        }

        IReadOnlyList<Step> steps = _book.Steps;
        var checker = new LogChecker(Path.Combine(Root, ".inference"), steps);
        checker.Check();
        int refused = steps.Count(s => s.Refusal is { } why && !why.Contains("was made first", StringComparison.Ordinal) && !why.Contains("expected an earlier default", StringComparison.Ordinal));
        return new EditReport(
            steps.Count, steps.Count(s => s.End is not null), steps.Count(s => s.Refusal?.Contains("was made first", StringComparison.Ordinal) == true), refused, _kills, _leftOvers, checker.Records,
            [.. _book.Faults, .. checker.Faults]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
