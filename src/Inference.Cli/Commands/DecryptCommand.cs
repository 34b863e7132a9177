using System.CommandLine;
using Inference.Cli.Running;
using Inference.Security;

namespace Inference.Cli.Commands;

/// <summary>Decrypts a model into files.</summary>
internal static class DecryptCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Encrypted model, or a folder that contains it as model.onnx." };
        var output = new Option<string>("--output", "-o") { Description = "Model file to write, or an existing folder for model.onnx in it; external data is written beside it.", Required = true };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("decrypt", "Decrypts a model and its external data into files. Loading does not need it: give the other commands --key-file.") { model, output, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            string target = ModelSource.File(result.GetValue(output)!).ResolveFile()!;
            foreach (string file in await ModelEncryption.DecryptAsync(ModelSource.File(result.GetValue(model)!).ResolveFile()!, target, KeyFile.Require(), cancellation).ConfigureAwait(false))
            {
                Console.WriteLine($"{file}: {new FileInfo(file).Length} bytes");
            }

            return ExitCodes.Done;
        }));
        return command;
    }
}
