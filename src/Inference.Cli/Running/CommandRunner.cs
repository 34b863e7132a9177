using System.CommandLine;

namespace Inference.Cli.Running;

/// <summary>Runs the body of a command: an error becomes one line on standard error and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>The option that adds stack traces to errors.</summary>
    public static Option<bool> Verbose() => new("--verbose") { Description = "Print the stack trace of an error." };

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
