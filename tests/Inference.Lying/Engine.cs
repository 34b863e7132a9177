using System.Diagnostics;
using System.Globalization;

namespace Inference.Lying;

/// <summary>One engine in child processes: a crash ends the child, not the run.</summary>
/// <param name="Name">The engine: <c>cpu</c>, <c>dirty</c> (cpu with another pattern in fresh memory), <c>plain</c> (cpu without vector instructions), <c>onnxruntime</c>.</param>
/// <param name="Environment">Variables of the children.</param>
/// <param name="Arguments">What the children are started with.</param>
internal sealed record Engine(string Name, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);

    /// <summary>Answers cases; returns those in which a child died or hung, with how.</summary>
    public async Task<Dictionary<int, string>> AnswerAsync(IReadOnlyList<int> cases)
    {
        var deaths = new Dictionary<int, string>();
        for (int next = 0; next < cases.Count;)
        {
            using Process child = Start();
            Task feed = FeedAsync(child, cases, next);
            int current = -1;
            string? end = null;
            while (true)
            {
                using var silence = new CancellationTokenSource(s_silence);
                try
                {
                    if (await child.StandardOutput.ReadLineAsync(silence.Token).ConfigureAwait(false) is not { } line)
                    {
                        break;
                    }

                    if (int.TryParse(line, CultureInfo.InvariantCulture, out int index) && index == cases[next])
                    {
                        current = index;
                        next++;
                    }
                }
                catch (OperationCanceledException)
                {
                    end = $"hang: no answer within {s_silence.TotalSeconds} s";
                    child.Kill();
                    break;
                }
            }

            await child.WaitForExitAsync().ConfigureAwait(false);
            await feed.ConfigureAwait(false);
            if (child.ExitCode != 0 || end is not null)
            {
                deaths[current < 0 ? cases[next++] : current] = end ?? $"crash: the process ended with code {child.ExitCode}";
            }
        }

        return deaths;
    }

    private static async Task FeedAsync(Process child, IReadOnlyList<int> cases, int first)
    {
        try
        {
            for (int i = first; i < cases.Count; i++)
            {
                await child.StandardInput.WriteLineAsync(cases[i].ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            }

            child.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child died; the reader sees that.
        }
    }

    private Process Start()
    {
        string self = System.Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(System.Environment.GetCommandLineArgs()[0]);
        }

        foreach (string argument in (string[])["--worker", Name, .. Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        Process child = Process.Start(start)!;
        child.ErrorDataReceived += (_, _) => { };
        child.BeginErrorReadLine();
        return child;
    }
}
