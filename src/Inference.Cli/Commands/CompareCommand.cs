using System.CommandLine;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Data;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>Sets two models side by side.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var other = new Argument<string>("OTHER") { Description = "The model to judge against MODEL." };
        var command = new Command("compare", "Judges a model against another on the same rows: metric, slices, flips, latency.") { shared.Model, other };
        foreach (Option option in new Option[] { shared.Data, shared.Schema, shared.Labels, shared.Slices, shared.Metric, shared.MaxDrop, shared.MaxSliceDrop, shared.Backend, shared.Seed, shared.Threads, shared.Json, shared.Library, shared.Verbose })
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async () =>
        {
            using OnnxModel first = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            using OnnxModel second = OptimizationCommands.Load(result.GetValue(other)!);
            OptimizationContext context = shared.Context(result);
            IDataSource data = shared.Require(result, first);
            DecisionRecord record = await DecisionRecord.CreateAsync(context, "compare", first, second, [], null, data, shared.Evaluation(result), cancellation).ConfigureAwait(false);
            double? drop = OptimizationCommands.Share(result.GetValue(shared.MaxDrop), "--max-drop");
            double? slice = OptimizationCommands.Share(result.GetValue(shared.MaxSliceDrop), "--max-slice-drop");
            record = record with { Met = (drop is null || record.Quality!.Drop <= drop) && (slice is null || record.Quality!.WorstSliceDrop <= slice) };
            Console.WriteLine(result.GetValue(shared.Json) ? record.ToJson() : record.ToText());
            return record.Met ? ExitCodes.Done : ExitCodes.BoundNotMet;
        }));
        return command;
    }
}
