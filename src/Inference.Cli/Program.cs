using System.CommandLine;
using System.CommandLine.Invocation;
using Inference.Cli.Commands;

ParseResult parsed = CommandTable.Create().Parse(args);
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine($"error: {string.Join(" ", parsed.Errors.Select(e => e.Message))} See --help.");
    return ExitCodes.Usage;
}

return await parsed.InvokeAsync().ConfigureAwait(false);
