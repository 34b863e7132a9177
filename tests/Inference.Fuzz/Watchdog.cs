using System.Diagnostics;
using System.Globalization;

namespace Inference.Fuzz;

/// <summary>The parent: starts children over ranges of mutants, ends those that hang, starts anew after those that died, and counts.</summary>
internal sealed class Watchdog(Corpus corpus, string corpusFolder, int count, int seed)
{
    private const long MaxGrowthBytes = 512L << 20;
    private const int Range = 500;
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly List<string> _escapes = [];
    private (long Milliseconds, string What) _slowest;
    private (long Bytes, string What) _largest;

    /// <summary>Runs all mutants; 0 where nothing escaped.</summary>
    public async Task<int> RunAsync()
    {
        int next = 0;
        while (next < count)
        {
            next = await RunChildAsync(next, Math.Min(count, next + Range)).ConfigureAwait(false);
        }

        int loaded = Of("ran") + Of("run-refused") + Of("deadline") + Of("not-run");
        Console.WriteLine($"{count} mutants of {corpus.Count} models, seed {seed}: {loaded} loaded ({100.0 * loaded / count:F1} %), {_escapes.Count} escapes");
        Console.WriteLine($"  {string.Join(", ", _outcomes.Select(o => $"{o.Key} {o.Value}"))}");
        Console.WriteLine($"  {string.Join(", ", _kinds.Select(o => $"{o.Key} {o.Value}"))}");
        Console.WriteLine($"  slowest {_slowest.Milliseconds} ms ({_slowest.What}), largest growth {_largest.Bytes >> 20} MiB ({_largest.What})");
        foreach (string escape in _escapes)
        {
            Console.WriteLine($"ESCAPE {escape}");
        }

        return _escapes.Count == 0 ? 0 : 1;
    }

    private int Of(string outcome) => _outcomes.GetValueOrDefault(outcome);

    /// <summary>Runs mutants from first on in one child; returns the first one that is still to run.</summary>
    private async Task<int> RunChildAsync(int first, int last)
    {
        using Process child = Start(first, last);
        int current = first;
        int done = first;
        string? end = null;
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
                end = $"hang: nothing within {s_silence.TotalSeconds} s";
                child.Kill();
                break;
            }

            if (line is null)
            {
                break;
            }

            if (line.StartsWith("begin ", StringComparison.Ordinal))
            {
                current = int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("end ", StringComparison.Ordinal))
            {
                done = current + 1;
                Record(current, line.Split('\t'));
            }
        }

        await child.WaitForExitAsync().ConfigureAwait(false);
        if (done >= last && child.ExitCode == 0)
        {
            return last;
        }

        Escape(current, end ?? $"crash: the process ended with code {child.ExitCode}");
        return current + 1;
    }

    private void Record(int mutant, string[] fields)
    {
        string outcome = fields[4];
        long milliseconds = long.Parse(fields[2], CultureInfo.InvariantCulture);
        long growth = long.Parse(fields[3], CultureInfo.InvariantCulture);
        string what = $"mutant {mutant} of {corpus.Name(mutant % corpus.Count)}, {fields[1]}";
        _slowest = milliseconds > _slowest.Milliseconds ? (milliseconds, what) : _slowest;
        _largest = growth > _largest.Bytes ? (growth, what) : _largest;
        _kinds[fields[1]] = _kinds.GetValueOrDefault(fields[1]) + 1;
        if (outcome.StartsWith("escape", StringComparison.Ordinal))
        {
            Escape(mutant, $"{fields[1]} {outcome}");
            return;
        }

        _outcomes[outcome] = Of(outcome) + 1;
        if (growth > MaxGrowthBytes)
        {
            Escape(mutant, $"{fields[1]}: memory grew by {growth >> 20} MiB");
        }
    }

    private void Escape(int mutant, string what)
    {
        _escapes.Add($"mutant {mutant} of {corpus.Name(mutant % corpus.Count)}: {what}");
        Console.Error.WriteLine(_escapes[^1]);
    }

    private Process Start(int first, int last)
    {
        string self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (object argument in new object[] { "--worker", first, last, seed, corpusFolder, corpus.Count })
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        return Process.Start(start)!;
    }
}
