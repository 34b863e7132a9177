using System.CommandLine;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Cli.Commands;

/// <summary>Compares two models on the same rows.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var other = new Argument<string>("OTHER") { Description = "Model to compare with MODEL." };
        var otherBackend = new Option<string?>("--other-backend") { Description = "Provider that runs OTHER. Default: that of --backend." };
        Option<string?> precision = Precisions.PrecisionOption();
        Option<string?> otherPrecision = Precisions.PrecisionOption("--other-precision");
        otherPrecision.Description = "Precision of products of OTHER: float32 or bfloat16. Default: that of --precision.";
        var command = new Command("compare", "Compares two models on the same rows: metric, slices, flips, latency.") { shared.Model, other };
        foreach (Option option in new Option[] { otherBackend, precision, otherPrecision, shared.Data, shared.SchemaFile, shared.Labels, shared.Slices, shared.Metric, shared.OutputName, shared.MaxDrop, shared.MaxSliceDrop, shared.MinSpeedup, shared.Backend, shared.Seed, shared.Threads, shared.Json, shared.Dry, shared.Library, shared.Verbose })
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel first = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            using OnnxModel second = OptimizationCommands.Load(result.GetValue(other)!);
            OptimizationContext context = shared.Context(result, progress);
            context.LoadOptions.Precision = Precisions.Read(result, precision);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, first, open, cancellation).ConfigureAwait(false);
            }

            IModelLoader? otherLoader = result.GetValue(otherBackend) is { } backend ? Backends.Loader(backend, result.GetValue(shared.Library)) : null;
            if (result.GetValue(otherPrecision) is not null)
            {
                otherLoader = new PrecisionLoader(otherLoader ?? context.Loader, Precisions.Read(result, otherPrecision));
            }

            DataRoles data = shared.Require(result, open);
            DecisionRecord record = await DecisionRecord.CreateAsync(
                context,
                new DecisionRecordRequest
                {
                    Verb = "compare",
                    Source = first,
                    Model = second,
                    Judged = data.Report ?? data.Search,
                    Evaluation = shared.Evaluation(result),
                    Loader = otherLoader,
                },
                cancellation).ConfigureAwait(false);
            record = shared.Judged(result, record);
            progress.End();
            RecordReport.Write(record, result.GetValue(shared.Json));
            return record.Met ? ExitCodes.Done : ExitCodes.BoundNotMet;
        }));
        return command;
    }
}
