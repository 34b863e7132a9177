using System.CommandLine;
using System.Globalization;
using Inference.Cli.Repositories;
using Inference.Cli.Running;
using Inference.Decisions;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Rolls back the canary or the default.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var target = new RepositoryTarget();
        var command = new Command("rollback", "Rolls back the canary if one is on trial, otherwise the default to the one before; the processes that serve it follow.") { target.Model, target.Reason, target.Actor, target.Verbose };
        command.SetAction((result, cancellation) => target.RunAsync(result, async () =>
        {
            using RepositoryEditor editor = target.Open(result);
            Decision decision = await editor.RollbackAsync(result.GetValue(target.Actor)!, result.GetValue(target.Reason)!, cancellation).ConfigureAwait(false);
            string what = decision.Facts.TryGetValue("back", out string? back) ? $"'{decision.Version}', the default is '{back}'" : $"the canary '{decision.Version}'";
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rolled back {what}: decision {decision.Sequence}"));
            return ExitCodes.Done;
        }));
        return command;
    }
}
