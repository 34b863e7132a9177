using System.CommandLine;
using Inference.Cli.Running;
using Inference.Security;

namespace Inference.Cli.Commands;

/// <summary>Replaces the key of an encrypted model.</summary>
internal static class RekeyCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Encrypted model, or a folder that contains it as model.onnx." };
        var newKey = new Option<string>("--new-key-file") { Description = "File with the new key.", Required = true };
        var output = new Option<string?>("--output", "-o") { Description = "File to write. Default: the encrypted model is replaced." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("rekey", "Encrypts the data key of an encrypted model by another key; the content is copied as it is. The old key still opens copies of the old file.") { model, newKey, output, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            string path = ModelSource.File(result.GetValue(model)!).ResolveFile()!;
            string target = result.GetValue(output) is { } other ? ModelSource.File(other).ResolveFile()! : path;
            await ModelEncryption.RekeyAsync(path, target, KeyFile.Require(), KeyFile.Read(result.GetValue(newKey)!), cancellation).ConfigureAwait(false);
            Console.WriteLine($"{target}: encrypted with {Onnx.EncryptedModel.ReadKey(target).KeyId}");
            return ExitCodes.Done;
        }));
        return command;
    }
}
