using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Inference.Benchmarks.Limits;

/// <summary>The process in which cases run, as its parent sees it, and what it does.</summary>
internal sealed class LimitsChild : IAsyncDisposable
{
    /// <summary>Tells a process that it is the child: limits --child FIRST PATTERN.</summary>
    public const string Flag = "--child";

    private readonly Process _process;

    private LimitsChild(Process process) => _process = process;

    /// <summary>Starts a child that runs the cases of a pattern from one on.</summary>
    public static LimitsChild Start(int first, string pattern, string[] flags)
    {
        string host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(typeof(LimitsChild).Assembly.Location);
        }

        foreach (string argument in (string[])["limits", Flag, first.ToString(CultureInfo.InvariantCulture), pattern, .. flags])
        {
            start.ArgumentList.Add(argument);
        }

        return new(Process.Start(start)!);
    }

    /// <summary>The next row; null where none came in time.</summary>
    public async Task<string?> ReadRowAsync(TimeSpan patience)
    {
        using var time = new CancellationTokenSource(patience);
        try
        {
            return await _process.StandardOutput.ReadLineAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs cases and prints a row for each.</summary>
    public static int Run(int first, string pattern, bool workOnly, bool where)
    {
        var filter = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        foreach (LimitCase one in LimitCases.All.Skip(first).Where(c => filter.IsMatch(c.Name)))
        {
            try
            {
                LimitMeasurement measured = LimitMeasurement.Of(one, workOnly, where);
                Console.WriteLine(measured.Row(one.Name));
            }
            catch (InferenceException exception)
            {
                Console.WriteLine($"| {one.Name} | **{exception.Message.ReplaceLineEndings(" ")}** | | |");
            }

            GC.Collect();
        }

        return 0;
    }
}
