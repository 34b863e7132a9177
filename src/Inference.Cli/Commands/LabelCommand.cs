using System.CommandLine;
using System.Globalization;
using Inference.Cli.Repositories;
using Inference.Cli.Running;
using Inference.Decisions;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Assigns a label.</summary>
internal static class LabelCommand
{
    public static Command Create()
    {
        var target = new RepositoryTarget();
        var label = new Argument<string>("LABEL") { Description = "The label, such as stable." };
        var version = new Argument<string>("VERSION") { Description = "The version that has it from now on." };
        var command = new Command("label", "Assigns a label to a version; the processes that serve it follow.") { target.Model, label, version, target.Reason, target.Actor, target.Verbose };
        command.SetAction((result, cancellation) => target.RunAsync(result, async () =>
        {
            using RepositoryEditor editor = target.Open(result);
            Decision decision = await editor.SetLabelAsync(result.GetValue(label)!, result.GetValue(version)!, result.GetValue(target.Actor)!, result.GetValue(target.Reason)!, cancellation).ConfigureAwait(false);
            string from = decision.From is { } before ? $", before '{before}'" : "";
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"label '{result.GetValue(label)}' is version '{decision.Version}'{from}: decision {decision.Sequence}"));
            return ExitCodes.Done;
        }));
        return command;
    }
}
