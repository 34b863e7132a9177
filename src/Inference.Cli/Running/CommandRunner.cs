using System.CommandLine;
using Inference.Cli.Terminal;

namespace Inference.Cli.Running;

/// <summary>Runs the body of a command: an error becomes one line on standard error and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>The option that adds stack traces to errors.</summary>
    public static Option<bool> Verbose() => new("--verbose") { Description = "Print the stack trace of an error." };

    /// <summary>Runs a body that shows progress.</summary>
    /// <param name="verbose">Whether errors come with their stack trace.</param>
    /// <param name="body">The verb; what it prints comes after <see cref="WorkProgress.End"/>.</param>
    /// <param name="still">See <see cref="WorkProgress(bool, TextWriter)"/>.</param>
    public static Task<int> RunAsync(bool verbose, Func<WorkProgress, Task<int>> body, bool still = false) => RunAsync(verbose, async () =>
    {
        using var progress = new WorkProgress(still);
        return await body(progress).ConfigureAwait(false);
    });

    /// <summary>Runs a body.</summary>
    public static async Task<int> RunAsync(bool verbose, Func<Task<int>> body)
    {
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (UnsupportedModelException exception)
        {
            return Fail(exception, verbose, ExitCodes.Unsupported);
        }
        catch (BoundException exception)
        {
            return Fail(exception, verbose, ExitCodes.BoundNotMet);
        }
        catch (UsageException exception)
        {
            return Fail(exception, verbose, ExitCodes.Usage);
        }
        catch (Exception exception)
        {
            // The last resort: whatever the error, scripts get one line and an exit code.
            return Fail(exception, verbose, ExitCodes.Failed);
        }
    }

    private static int Fail(Exception exception, bool verbose, int code)
    {
        Console.Error.WriteLine($"error: {(verbose ? exception.ToString() : exception.Message.ReplaceLineEndings(" "))}");
        return code;
    }
}
