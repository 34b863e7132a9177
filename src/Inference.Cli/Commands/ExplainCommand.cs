using System.CommandLine;
using Inference.Cli.Running;
using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>Prints how a model came to be.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file, or a folder with a model.onnx." };
        var json = new Option<bool>("--json") { Description = "Print the record as JSON." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("explain", "Prints the decision record that an optimized model carries.") { model, json, verbose };
        command.SetAction((result, _) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            using OnnxModel loaded = OptimizationCommands.Load(result.GetValue(model)!);
            if (DecisionRecord.Read(loaded) is not { } record)
            {
                throw new InferenceException(
                    $"{result.GetValue(model)}: expected a decision record in metadata '{DecisionRecord.MetadataKey}', there is none. The model was not made by this tool, or another tool that saved it dropped the metadata.");
            }

            Console.WriteLine(result.GetValue(json) ? record.ToJson() : record.ToText());
            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }
}
