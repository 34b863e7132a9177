using System.CommandLine;
using Inference.Cli.Running;
using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>Prints how a model was made.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var json = new Option<bool>("--json") { Description = "Print the record as JSON." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("explain", "Prints the decision record of an optimized model.") { model, json, verbose };
        command.SetAction((result, _) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            using OnnxModel loaded = OptimizationCommands.Load(result.GetValue(model)!);
            if (DecisionRecord.Read(loaded) is not { } record)
            {
                throw new InferenceException(
                    $"{result.GetValue(model)}: expected a decision record in metadata '{DecisionRecord.MetadataKey}', found none. The model was not made by this tool, or another tool removed the metadata when it saved the model.");
            }

            RecordReport.Write(record, result.GetValue(json));
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }
}
