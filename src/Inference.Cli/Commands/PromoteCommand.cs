using System.CommandLine;
using System.Globalization;
using Inference.Cli.Repositories;
using Inference.Cli.Running;
using Inference.Decisions;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Makes a version the default.</summary>
internal static class PromoteCommand
{
    public static Command Create()
    {
        var target = new RepositoryTarget();
        var version = new Argument<string>("VERSION") { Description = "The version." };
        var expected = new Option<string?>("--expect") { Description = "The default that it replaces: refused if it is another. Default: the one when the command begins." };
        var change = new Option<bool>("--allow-signature-change") { Description = "Accept inputs and outputs that callers of the default version do not expect." };
        var command = new Command("promote", "Makes a version the default, after it has passed its gates here; the processes that serve it follow.")
        {
            target.Model, version, expected, change, target.Reason, target.Actor, target.Backend, target.Library, target.Verbose,
        };
        command.SetAction((result, cancellation) => target.RunAsync(result, async () =>
        {
            using RepositoryEditor editor = target.Open(result, new VersioningOptions { AllowSignatureChange = result.GetValue(change) });
            Decision decision = await editor.PromoteAsync(result.GetValue(version)!, result.GetValue(target.Actor)!, result.GetValue(target.Reason)!, result.GetValue(expected), cancellation).ConfigureAwait(false);
            string from = decision.From is { } before ? $" in place of '{before}'" : "";
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"promoted '{decision.Version}'{from}: decision {decision.Sequence}"));
            return ExitCodes.Done;
        }));
        return command;
    }
}
