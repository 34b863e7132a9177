using System.CommandLine;
using Inference.Cli.Running;
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
                    writer.WriteBoolean("supported", kernel.Supported);
                    writer.WriteBoolean("chosen", kernel.Chosen);
                }));
                return Task.FromResult(ExitCodes.Done);
            }

            int width = kernels.Max(k => k.Name.Length) + 2;
            string? family = null;
            foreach (KernelInfo kernel in kernels)
            {
                if (kernel.Family != family)
                {
                    family = kernel.Family;
                    Console.WriteLine(family);
                }

                string state = kernel.Chosen ? "chosen" : kernel.Supported ? "runs here" : "not on this machine";
                Console.WriteLine($"  {kernel.Name.PadRight(width)}{kernel.Tier.ToString().ToLowerInvariant(),-12}{state}");
            }

            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }
}
