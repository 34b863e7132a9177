using System.CommandLine;
using Inference.Cli.Running;
using Inference.Security;

namespace Inference.Cli.Commands;

/// <summary>Encrypts a model at rest.</summary>
internal static class EncryptCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var output = new Option<string>("--output", "-o") { Description = "File to write, or an existing folder for model.onnx in it.", Required = true };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("encrypt", "Encrypts a model and its external data into one file (AES-256-GCM), which is decrypted in memory when it is loaded with --key-file.") { model, output, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            string target = ModelSource.File(result.GetValue(output)!).ResolveFile()!;
            await ModelEncryption.EncryptAsync(ModelSource.File(result.GetValue(model)!).ResolveFile()!, target, KeyFile.Require(), cancellation).ConfigureAwait(false);
            Console.WriteLine($"{target}: {new FileInfo(target).Length} bytes, encrypted with {Onnx.EncryptedModel.ReadKey(target).KeyId}");
            return ExitCodes.Done;
        }));
        return command;
    }
}
