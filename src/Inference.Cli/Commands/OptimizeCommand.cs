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
        var bytes = new Option<string?>("--max-bytes") { Description = "Most bytes of the model's weights, such as 500000, 20MB or 1.5GiB." };
        var p95 = new Option<string?>("--max-p95") { Description = "Longest accepted 95th percentile of the time of a run, such as 250us, 5ms or 1s." };
        var objective = new Option<string>("--objective") { Description = "What is minimized within the budget: time (never slower or larger than the source) or size (never larger; it may be slower).", DefaultValueFactory = _ => "time" };
        var bfloat16 = new Option<bool>("--allow-bfloat16") { Description = "Try weights in bfloat16 too, measured with products in bfloat16; a result of that kind must be loaded with this precision." };
        Command command = shared.Command("optimize", "Searches quantization, factorization, pruning and sparsification for the fastest model within a budget.", search, time, rows, bytes, p95, objective, bfloat16);
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
            if (result.GetValue(bfloat16))
            {
                Precisions.NoteMissing();
            }

            var options = new OptimizeOptions
            {
                Evaluation = shared.Evaluation(result),
                MaxDrop = OptimizationCommands.Share(result.GetValue(shared.MaxDrop), "--max-drop") ?? 0.01,
                MaxSliceDrop = OptimizationCommands.Share(result.GetValue(shared.MaxSliceDrop), "--max-slice-drop"),
                MinSpeedup = result.GetValue(shared.MinSpeedup),
                MaxBytes = result.GetValue(bytes) is { } size ? Quantity.Bytes(size, "--max-bytes") : null,
                MaxP95 = result.GetValue(p95) is { } latency ? Quantity.Duration(latency, "--max-p95") : null,
                Objective = result.GetValue(objective) switch { "time" => OptimizeObjective.Time, "size" => OptimizeObjective.Size, var other => throw new UsageException($"--objective: expected time or size, got '{other}'.") },
                MaxTime = Quantity.Duration(result.GetValue(time)!, "--max-time"),
                LatencyRows = result.GetValue(rows),
                AllowBFloat16 = result.GetValue(bfloat16),
                OutputPath = dry ? null : result.GetValue(shared.Output),
                StatePath = dry ? null : result.GetValue(shared.Output) + ".search",
            };
            OptimizeResult found = await BudgetOptimizer.OptimizeAsync(context, model, roles.Calibrate, chosenBy, roles.Report, options, cancellation).ConfigureAwait(false);
            return shared.Write(result, progress, model, found.Model, found.Record, found.Details);
        }));
        return command;
    }
}
