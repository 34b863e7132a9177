using System.CommandLine;
using Inference.Optimization.Pruning;

namespace Inference.Cli.Commands;

/// <summary>Removes channels.</summary>
internal static class PruneCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var macs = new Option<double>("--target-macs") { Description = "Target for multiply-adds, as a share of the source model's.", DefaultValueFactory = _ => 0.7 };
        var multiple = new Option<int>("--multiple") { Description = "Number that removed channels are a multiple of; 0: the best measured of 16, 8 and 4.", DefaultValueFactory = _ => 0 };
        var least = new Option<double>("--least-kept") { Description = "Minimum share of a group's channels that is kept.", DefaultValueFactory = _ => new PruneOptions().LeastKept };
        var bare = new Option<bool>("--no-refit") { Description = "Do not refit the layers that read removed channels." };
        Command command = shared.Command("prune", "Removes whole channels and refits the layers that read them.", macs, multiple, least, bare);
        SingleStep.Set(command, shared, async (result, context, model, roles, cancellation) =>
        {
            var options = new PruneOptions { TargetMacs = result.GetValue(macs), ChannelMultiple = result.GetValue(multiple), LeastKept = result.GetValue(least), Refit = !result.GetValue(bare), Reconstruct = !result.GetValue(bare) };
            PruneResult made = await Pruner.PruneAsync(context, model, roles.Calibrate, options, cancellation).ConfigureAwait(false);
            return new(made.Model, made.Layers, $"multiply-adds {made.SourceMacs:N0} → {made.Macs:N0}");
        });
        return command;
    }
}
