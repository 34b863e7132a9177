using System.CommandLine;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Search;

namespace Inference.Cli.Commands;

/// <summary>Searches for the fastest model within a budget.</summary>
internal static class OptimizeCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var search = new Option<string?>("--search-data") { Description = "Rows to select candidates on. Default: the search file of --data. A single set of rows is split: a quarter for calibration, half for search, a quarter for the report." };
        var time = new Option<string>("--max-time") { Description = "Maximum duration of the search, such as 90s, 10m or 1h.", DefaultValueFactory = _ => "10m" };
        var rows = new Option<int>("--latency-rows") { Description = "Number of rows of a timed run.", DefaultValueFactory = _ => 1 };
        Command command = shared.Command("optimize", "Searches quantization, factorization and pruning for the fastest model within a budget.", search, time, rows);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result, progress);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, model, open, cancellation, search).ConfigureAwait(false);
            }

            shared.RequireOutputs(result, model);
            DataRoles roles = shared.Require(result, open, split: result.GetValue(search) is null);
            IDataSource chosenBy = OptimizationCommands.Open(result, search, open) ?? roles.Search;
            bool dry = result.GetValue(shared.DryRun);
            var options = new OptimizeOptions
            {
                Evaluation = shared.Evaluation(result),
                MaxDrop = OptimizationCommands.Share(result.GetValue(shared.MaxDrop), "--max-drop") ?? 0.01,
                MaxSliceDrop = OptimizationCommands.Share(result.GetValue(shared.MaxSliceDrop), "--max-slice-drop"),
                MinSpeedup = result.GetValue(shared.MinSpeedup),
                MaxTime = Duration(result.GetValue(time)!),
                LatencyRows = result.GetValue(rows),
                OutputPath = dry ? null : result.GetValue(shared.Output),
                StatePath = dry ? null : result.GetValue(shared.Output) + ".search",
            };
            OptimizeResult found = await BudgetOptimizer.OptimizeAsync(context, model, roles.Calibrate, chosenBy, roles.Report, options, cancellation).ConfigureAwait(false);
            return shared.Write(result, progress, model, found.Model, found.Record, found.Details);
        }));
        return command;
    }

    private static TimeSpan Duration(string text)
    {
        double unit = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 } : 0;
        return unit > 0 && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0
            ? TimeSpan.FromSeconds(value * unit)
            : throw new OptimizationException($"--max-time: expected a duration such as 90s, 10m or 1h, got '{text}'.");
    }
}
