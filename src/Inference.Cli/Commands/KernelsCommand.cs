using System.CommandLine;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Kernels;

namespace Inference.Cli.Commands;

/// <summary>Lists the kernels on this machine.</summary>
internal static class KernelsCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("kernels", "Lists the numeric kernels, with those that this machine supports and those that are selected.") { json, verbose };
        command.SetAction((result, _) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            IReadOnlyList<KernelInfo> kernels = KernelInventory.List();
            if (result.GetValue(json))
            {
                JsonOutput.Write(writer => writer.WriteArray("kernels", kernels, kernel =>
                {
                    writer.WriteString("family", kernel.Family);
                    writer.WriteString("name", kernel.Name);
                    writer.WriteString("isa", kernel.Tier.ToString().ToLowerInvariant());
                    writer.WriteBoolean("supported", kernel.IsAvailable);
                    writer.WriteBoolean("chosen", kernel.IsChosen);
                }));
                return Task.FromResult(ExitCodes.Done);
            }

            ConsoleTable table = new ConsoleTable().Text("family").Text("kernel").Text("isa").Text("here");
            foreach (KernelInfo kernel in kernels)
            {
                table.Add(kernel.Family, kernel.Name, kernel.Tier.ToString().ToLowerInvariant(), kernel.IsChosen ? "chosen" : kernel.IsAvailable ? "runs here" : "not on this machine");
            }

            table.Write();
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }
}
