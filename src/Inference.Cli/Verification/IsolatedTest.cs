using System.Diagnostics;
using System.Text.Json;
using Inference.Cli.Commands;
using Inference.Cli.Running;

namespace Inference.Cli.Verification;

/// <summary>Runs one test in a child process, so that a crash fails the test and does not end the run.</summary>
internal static class IsolatedTest
{
    // The time that starting a process may take in addition to the test's own time.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(15);

    /// <summary>Runs the test; throws only on cancellation, and never takes much longer than the time-out.</summary>
    /// <param name="test">The test.</param>
    /// <param name="arguments">The options of <c>verify</c> to pass on.</param>
    /// <param name="timeout">The maximum duration of the test.</param>
    /// <param name="cancellationToken">Cancels the run; the child process is ended.</param>
    public static async Task<TestResult> RunAsync(ModelTest test, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        ProcessStartInfo start = OwnProcess.Start(["verify", test.Folder, "--json", .. arguments]);
        // A crash is expected here, so no dump is written.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process child = Process.Start(start)!;
        try
        {
            Task<string> output = child.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = child.StandardError.ReadToEndAsync(cancellationToken);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            stop.CancelAfter(timeout + s_start);
            try
            {
                await child.WaitForExitAsync(stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return Failed(test, $"no answer within {timeout.TotalSeconds} s; the process was ended", clock);
            }

            return Read(await output.ConfigureAwait(false)) is var (status, reason) && status is not null
                ? new(test.Name, status, reason!, clock.ElapsedMilliseconds)
                : Failed(test, $"the process crashed with code {child.ExitCode}: {FirstLine(await errors.ConfigureAwait(false))}", clock);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
            }
        }
    }

    private static TestResult Failed(ModelTest test, string reason, Stopwatch clock) => new(test.Name, "fail", reason, clock.ElapsedMilliseconds);

    private static (string? Status, string? Reason) Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement result = document.RootElement.GetProperty("tests")[0];
            return (result.GetProperty("status").GetString(), result.GetProperty("reason").GetString());
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim() is { Length: > 0 } line ? line : "no message";
}
