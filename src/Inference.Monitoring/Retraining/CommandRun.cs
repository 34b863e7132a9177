using System.Diagnostics;
using System.Globalization;

namespace Inference.Monitoring.Retraining;

/// <summary>Runs a command within its limits: time, bytes of output that are kept, bytes of its folders. It is killed with all that it started when it exceeds one, or when the model is disposed.</summary>
internal static class CommandRun
{
    private const string MarkName = "INFERENCE_RETRAINING";

    // As often as bytes are counted: a disk that takes a gigabyte a second takes a quarter of one more than the limit.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    // What was started may keep the output open after the command has ended; nobody waits for it longer than this.
    private static readonly TimeSpan s_lastOutput = TimeSpan.FromSeconds(2);

    /// <summary>Runs it.</summary>
    /// <param name="options">What and within which limits.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="mark">Unique to the run; see <see cref="MarkOf"/>.</param>
    /// <param name="work">The working folder; created, and deleted unless it is to be kept.</param>
    /// <param name="clock">The clock of the limits.</param>
    /// <param name="cancellationToken">Kills it, on the thread that cancels.</param>
    public static async Task<CommandResult> RunAsync(RetrainingCommandOptions options, RetrainingBundle bundle, string mark, string work, TimeProvider clock, CancellationToken cancellationToken)
    {
        OwnedFolder.Create(work);
        string? error = "it did not end";
        try
        {
            (error, string output) = await RunCoreAsync(options, bundle, mark, work, clock, cancellationToken).ConfigureAwait(false);
            return new CommandResult(error, output);
        }
        finally
        {
            if (error is null || !options.KeepFailedWork)
            {
                Delete(work);
            }
        }
    }

    /// <summary>What all that a run started has in its environment.</summary>
    public static string MarkOf(string mark) => $"{MarkName}={mark}";

    private static async Task<(string? Error, string Output)> RunCoreAsync(RetrainingCommandOptions options, RetrainingBundle bundle, string mark, string work, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = Start(options, bundle, work, mark) };
        try
        {
            process.Start();
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or FileNotFoundException)
        {
            return ($"'{options.FileName}' could not be started: {exception.Message}", "");
        }

        // A process that ends does not wait for what runs.
        using CancellationTokenRegistration kill = cancellationToken.UnsafeRegister(_ => ProcessTree.Kill(process, MarkOf(mark)), null);
        var tail = new OutputTail(options.MaxOutputBytes);
        using var reading = new CancellationTokenSource();
        process.StandardInput.Close();
        Task output = Task.WhenAll(tail.ReadAsync(process.StandardOutput.BaseStream, reading.Token), tail.ReadAsync(process.StandardError.BaseStream, reading.Token));
        string? killed = null;
        try
        {
            killed = await WatchAsync(process, options, [work, bundle.Path], clock, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Also what outlived a command that has ended: nothing of a run remains.
            ProcessTree.Kill(process, MarkOf(mark));
        }

        await Task.WhenAny(output, Task.Delay(s_lastOutput, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
        await reading.CancelAsync().ConfigureAwait(false);
        string text = tail.ToString();
        cancellationToken.ThrowIfCancellationRequested();
        if (killed is not null)
        {
            return (killed, text);
        }

        return (process.ExitCode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"'{options.FileName}' ended with code {process.ExitCode}"), text);
    }

    /// <returns>Why it must be killed; null if it has ended.</returns>
    private static async Task<string?> WatchAsync(Process process, RetrainingCommandOptions options, string[] folders, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task exit = process.WaitForExitAsync(CancellationToken.None);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task late = Task.Delay(options.Timeout, clock, ended.Token);
        while (true)
        {
            // Folders fill by the system's time, whatever the clock of the limits.
            Task look = Task.Delay(s_look, TimeProvider.System, ended.Token);
            Task first = await Task.WhenAny(exit, late, look).ConfigureAwait(false);
            if (first == exit)
            {
                await ended.CancelAsync().ConfigureAwait(false);
                return null;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return "the model was disposed";
            }

            if (first == late)
            {
                return string.Create(CultureInfo.InvariantCulture, $"'{options.FileName}' did not end within {options.Timeout} and was killed");
            }

            if (FolderBytes.Exceed(folders, options.MaxFolderBytes))
            {
                return string.Create(CultureInfo.InvariantCulture, $"'{options.FileName}' wrote more than {options.MaxFolderBytes:N0} bytes and was killed");
            }
        }
    }

    private static ProcessStartInfo Start(RetrainingCommandOptions options, RetrainingBundle bundle, string work, string mark)
    {
        var start = new ProcessStartInfo(options.FileName!)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = work,
        };
        foreach (string argument in options.Arguments)
        {
            start.ArgumentList.Add(argument
                .Replace("{bundle}", bundle.Path, StringComparison.Ordinal).Replace("{work}", work, StringComparison.Ordinal)
                .Replace("{model}", bundle.ModelName, StringComparison.Ordinal).Replace("{version}", bundle.ModelVersion, StringComparison.Ordinal));
        }

        foreach ((string name, string value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["INFERENCE_BUNDLE"] = bundle.Path;
        start.Environment["INFERENCE_WORK"] = work;
        start.Environment["INFERENCE_MODEL"] = bundle.ModelName;
        start.Environment["INFERENCE_VERSION"] = bundle.ModelVersion;
        start.Environment[MarkName] = mark;
        return start;
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is still written there is deleted when the model is loaded again.
        }
    }
}
