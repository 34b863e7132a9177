using System.Diagnostics;
using System.Globalization;
using Inference.Guarding;

namespace Inference.Guard;

/// <summary>The parent: starts children, records what they find or die of, goes on with the next case, and counts.</summary>
internal sealed class Parent(GuardOptions options, GuardPlacement pass, string[] cases, bool quiet)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, int> _outcomes = new(StringComparer.Ordinal) { ["pass"] = 0, ["fail"] = 0, ["refused"] = 0 };

    public List<string> Violations { get; } = [];

    public List<string> Differences { get; } = [];

    /// <summary>Cases that gave no answer in time.</summary>
    public List<string> Hangs { get; } = [];

    /// <summary>Runs all passes; 0 where no memory was violated and no result depends on old contents.</summary>
    public static async Task<int> RunAsync(GuardOptions options)
    {
        string[] cases = CaseList.Find(options);
        bool good = cases.Length > 0;
        foreach (GuardPlacement pass in options.Passes)
        {
            var parent = new Parent(options, pass, cases, quiet: false);
            await parent.RunAsync().ConfigureAwait(false);
            good &= parent.Violations.Count == 0 && parent.Differences.Count == 0 && parent.Hangs.Count == 0;
        }

        return good ? 0 : 1;
    }

    /// <summary>Runs the cases.</summary>
    public async Task RunAsync()
    {
        string list = Path.Combine(Path.GetTempPath(), $"guard-{Environment.ProcessId}-{pass}.txt");
        await File.WriteAllLinesAsync(list, cases).ConfigureAwait(false);
        try
        {
            using (var current = new CurrentNode(Worker.NotePath(list)))
            {
                for (int next = 0; next < cases.Length;)
                {
                    next = await RunChildAsync(list, next, current).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            File.Delete(list);
            File.Delete(Worker.NotePath(list));
        }

        if (!quiet)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pass {pass.ToString().ToLowerInvariant()}: {cases.Length} cases, {Violations.Count} violations, {Differences.Count} results that depend on old memory, {Hangs.Count} hangs; {_outcomes["pass"]} passed, {_outcomes["fail"]} answered differently, {_outcomes["refused"]} refused"));
        }
    }

    /// <summary>Runs cases from the first on in one child; returns the first one that is still to run.</summary>
    private async Task<int> RunChildAsync(string list, int first, CurrentNode current)
    {
        using Process child = Start(list, first);
        Task<string> errors = child.StandardError.ReadToEndAsync();
        int running = first;
        int done = first;
        while (true)
        {
            using var silence = new CancellationTokenSource(s_silence);
            string? line;
            try
            {
                line = await child.StandardOutput.ReadLineAsync(silence.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                child.Kill();
                await child.WaitForExitAsync().ConfigureAwait(false);
                Report(Hangs, "HANG", running, $"nothing within {s_silence.TotalMinutes} min: {current.Text}");
                return running + 1;
            }

            if (line is null)
            {
                break;
            }

            string rest = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            switch (line.Split(' ')[0])
            {
                case "begin":
                    running = int.Parse(rest, CultureInfo.InvariantCulture);
                    break;
                case "violation":
                    Report(Violations, "VIOLATION", running, rest);
                    break;
                case "difference":
                    Report(Differences, "DIFFERENCE", running, rest);
                    break;
                case "end":
                    done = running + 1;
                    string outcome = rest.Split(' ')[0];
                    _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
                    if (outcome != "pass" && !quiet)
                    {
                        Console.WriteLine($"  {outcome} {Name(running)}: {rest[outcome.Length..].Trim()}");
                    }

                    break;
            }
        }

        await child.WaitForExitAsync().ConfigureAwait(false);
        string died = await errors.ConfigureAwait(false);
        if (done >= cases.Length && child.ExitCode == 0)
        {
            return cases.Length;
        }

        Report(Violations, "VIOLATION", running, $"{current.Text}: the process died with code {child.ExitCode}{Frames(died)}");
        return running + 1;
    }

    private void Report(List<string> to, string kind, int index, string text)
    {
        to.Add($"{Name(index)}: {text}");
        if (!quiet)
        {
            Console.WriteLine($"{kind} {pass.ToString().ToLowerInvariant()} {to[^1]}");
        }
    }

    private string Name(int index) => Path.GetFileName(cases[index]);

    // The innermost calls of ours on the stack that the runtime prints.
    private static string Frames(string errors)
    {
        string[] frames = [.. errors.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("at Inference.", StringComparison.Ordinal)).Take(4).Select(f => f.Split('(')[0])];
        return frames.Length > 0 ? $", {string.Join(" ← ", frames)}" : errors.Length > 0 ? $", {errors.ReplaceLineEndings(" ").Trim()[..Math.Min(300, errors.Trim().Length)]}" : "";
    }

    private Process Start(string list, int first)
    {
        string self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (string argument in options.WorkerArguments(pass, list, first))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return Process.Start(start)!;
    }
}
