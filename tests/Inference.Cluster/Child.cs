using System.Diagnostics;

namespace Inference.Cluster;

/// <summary>A role of this program as a process.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly string _log;
    private readonly List<string> _lines = [];
    private readonly Lock _lock = new();
    private bool _hasEnded;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Child(Process process, string log)
    {
        _process = process;
        _log = log;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                lock (_lock)
                {
                    File.AppendAllText(log, text + "\n");
                }

                if (text.StartsWith("failed:", StringComparison.Ordinal) || text.StartsWith("wrong:", StringComparison.Ordinal))
                {
                    Console.Error.WriteLine(text);
                }
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Starts a role.</summary>
    /// <param name="log">The file that its errors are added to.</param>
    /// <param name="arguments">The role and its arguments.</param>
    public static Child Start(string log, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return new Child(Process.Start(start)!, log);
    }

    /// <summary>Waits for a line that begins with a text, and returns it.</summary>
    public async Task<string> LineAsync(string begin, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_lines.Find(l => l.StartsWith(begin, StringComparison.Ordinal)) is { } line)
                {
                    return line;
                }

                if (_hasEnded)
                {
                    throw new InvalidOperationException($"a process ended before it wrote '{begin}': {Errors()}");
                }

                news = _news.Task;
            }

            try
            {
                await news.WaitAsync(timer.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (timer.IsCancellationRequested)
            {
                throw new TimeoutException($"a process did not write '{begin}' within {limit.TotalSeconds} s: {Errors()}");
            }
        }
    }

    /// <summary>The rest of all lines so far that begin with a text.</summary>
    public string[] Lines(string begin)
    {
        lock (_lock)
        {
            return [.. _lines.Where(l => l.StartsWith(begin, StringComparison.Ordinal)).Select(l => l[begin.Length..])];
        }
    }

    /// <summary>Ends it as a crash does.</summary>
    public void Kill() => _process.Kill();

    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-s", signal, Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Asks it to end, by the end of its input.</summary>
    public void Close() => _process.StandardInput.Close();

    public async Task<bool> ExitAsync(TimeSpan limit)
    {
        using var timer = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timer.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    // The last of them: the folder of the logs is removed when the run ends.
    private string Errors()
    {
        lock (_lock)
        {
            return File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(30)) : "it wrote no error";
        }
    }

    private void Add(string? line)
    {
        lock (_lock)
        {
            if (line is null)
            {
                _hasEnded = true;
            }
            else
            {
                _lines.Add(line);
            }

            TaskCompletionSource news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            news.TrySetResult();
        }
    }
}
