using System.CommandLine;
using Inference.Cli.Repositories;
using Inference.Cli.Running;
using Inference.Cli.Trust;
using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Publishes a version of a model.</summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        var target = new RepositoryTarget();
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx; its external data is published with it." };
        var version = new Option<string?>("--version") { Description = "The version. Default: the next number. A version is never overwritten." };
        var data = new Option<string?>("--data-digest") { Description = "Digest of the training data." };
        var commit = new Option<string?>("--commit") { Description = "Commit of the program that made the model." };
        var config = new Option<string?>("--config") { Description = "File with the configuration of the training; its content is recorded, or its digest alone beyond 64 KiB." };
        var profile = new Option<string?>("--profile") { Description = "Reference profile to publish beside the model." };
        var golden = new Option<string?>("--golden") { Description = "JSON file with golden rows, which the version must reproduce before it serves." };
        var check = new Option<string?>("--check") { Description = "JSON file with the verdict of `inference check --json`. A verdict that is not \"passed\": true is refused: exit code 2." };
        var key = new Option<string?>("--sign") { Description = $"Private key on P-256, PEM, that signs the manifest before the version is visible. The passphrase of an encrypted key is read from {KeyFiles.Passphrase}." };
        var id = new Option<string>("--key-id") { Description = "With --sign: the key's id where the model is served.", DefaultValueFactory = static _ => "default" };
        var json = new Option<bool>("--json") { Description = "Print the version as JSON." };
        var command = new Command("publish", "Publishes a model as a version of a repository: files first, the manifest with its lineage last, visible at once.")
        {
            model, target.Model, version, data, commit, config, profile, golden, check, key, id, target.Reason, target.Actor, target.Backend, target.Library, json, target.Verbose,
        };
        command.SetAction((result, cancellation) => target.RunAsync(result, async () =>
        {
            string file = ModelSource.File(result.GetValue(model)!).ResolveFile()!;
            using ModelSigningKey? signer = result.GetValue(key) is { } pem ? KeyFiles.ReadPrivate(pem, null) : null;
            using RepositoryEditor editor = target.Open(result);
            var request = new PublishRequest
            {
                Model = file,
                ExternalFiles = SignedModel.ExternalFiles(file),
                Version = result.GetValue(version),
                Actor = result.GetValue(target.Actor)!,
                Reason = result.GetValue(target.Reason)!,
                DataDigest = result.GetValue(data),
                Commit = result.GetValue(commit),
                ConfigurationFile = result.GetValue(config),
                ProfileFile = result.GetValue(profile),
                GoldenFile = result.GetValue(golden),
                CheckFile = result.GetValue(check),
                Optimization = RecordOf(file),
                Tool = $"inference {typeof(PublishCommand).Assembly.GetName().Version?.ToString(3)}",
                SigningKey = signer,
                SigningKeyId = result.GetValue(id)!,
            };
            VersionRecord published;
            try
            {
                published = await editor.PublishAsync(request, cancellation).ConfigureAwait(false);
            }
            catch (CheckRefusedException exception)
            {
                Console.Error.WriteLine($"error: {exception.Message}");
                return ExitCodes.BoundNotMet;
            }

            if (result.GetValue(json))
            {
                JsonOutput.Write(writer => VersionReport.Write(writer, published));
            }
            else
            {
                string parent = published.Lineage?.Parent is { } from ? $", parent '{from}'" : "";
                string signature = published.SignedBy is { } by ? $", signed by key '{by}'" : "";
                Console.Out.WriteLine($"published version '{published.Version}' of '{editor.ModelName}', {published.Digest}{parent}{signature}");
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    private static string? RecordOf(string file)
    {
        using OnnxModel model = OptimizationCommands.Load(file);
        return DecisionRecord.Read(model)?.ToJson();
    }
}
