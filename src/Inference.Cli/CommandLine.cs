using System.CommandLine;
using System.CommandLine.Invocation;
using Inference.Cli.Commands;
using Inference.Cli.Running;

namespace Inference.Cli;

/// <summary>The tool's entry: arguments in, exit code out.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = CommandTable.Create().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            Console.Error.WriteLine($"error: {string.Join(" ", parsed.Errors.Select(e => e.Message))} See --help.");
            return ExitCodes.Usage;
        }

        KeyFile.Take(parsed);

        // A server ends by itself on SIGTERM, after what it accepted is answered.
        InvocationConfiguration configuration = new() { ProcessTerminationTimeout = parsed.CommandResult.Command.Name == ServeCommand.Name ? null : TimeSpan.FromSeconds(2) };
        return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
    }
}
