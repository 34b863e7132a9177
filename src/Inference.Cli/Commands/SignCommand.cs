using System.CommandLine;
using Inference.Cli.Running;
using Inference.Cli.Trust;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Signs a model.</summary>
internal static class SignCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, which is signed with its external data, or a folder, which is signed with all its files." };
        var key = new Option<string>("--key") { Description = $"Private key, PEM: ECDSA on P-256, P-384 or P-521. The passphrase of an encrypted key is read from {KeyFiles.Passphrase}.", Required = true };
        var chain = new Option<string?>("--certificate-chain") { Description = "Certificates, PEM, that of the key first: sign by certificate. Roots are left out." };
        var signature = new Option<string?>("--signature") { Description = "The bundle to write. Default: model.sig in the folder, or beside the file." };
        var name = new Option<string?>("--name") { Description = "The model's name to sign for. Default: by the folders NAME/VERSION/model.onnx, if the folder is named like a version." };
        var version = new Option<string?>("--version") { Description = "The version to sign for. Default: as for --name." };
        var ignore = new Option<string[]>("--ignore") { Description = "Paths in the folder to leave out; may be repeated.", AllowMultipleArgumentsPerToken = true };
        var links = new Option<bool>("--allow-symlinks") { Description = "Follow symbolic links to files instead of refusing them." };
        var manifest = new Option<bool>("--manifest") { Description = "Sign the manifest of a version in a repository (P-256) instead of writing a bundle." };
        var id = new Option<string>("--key-id") { Description = "With --manifest: the key's id where the model is served.", DefaultValueFactory = static _ => "default" };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("sign", "Signs a model by OpenSSF Model Signing: a detached bundle that covers every file.") { model, key, chain, signature, name, version, ignore, links, manifest, id, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            string path = result.GetValue(model)!;
            using ModelSigningKey signer = KeyFiles.ReadPrivate(result.GetValue(key)!, result.GetValue(chain));
            (string? placeName, string? placeVersion) = SignedModel.Place(path);
            string? forName = result.GetValue(name) ?? placeName;
            if (result.GetValue(manifest))
            {
                string folder = SignedModel.Folder(path);
                await ManifestSigner.SignManifestAsync(folder, forName ?? throw new UsageException("--manifest needs the model's name: pass --name."), signer, result.GetValue(id)!, cancellation).ConfigureAwait(false);
                Console.Out.WriteLine($"signed {Path.Combine(folder, "manifest.json")} by key '{result.GetValue(id)}'");
                return ExitCodes.Done;
            }

            var options = new ModelSignatureOptions
            {
                SignaturePath = result.GetValue(signature),
                ModelName = forName,
                Version = result.GetValue(version) ?? placeVersion,
                OtherFiles = File.Exists(path) ? SignedModel.ExternalFiles(path) : [],
                IgnoredPaths = result.GetValue(ignore) ?? [],
                AllowSymbolicLinks = result.GetValue(links),
            };
            string bundle = await ModelSigner.SignAsync(path, signer, options, cancellation).ConfigureAwait(false);
            string what = options.ModelName is null && options.Version is null ? "" : $" for model '{options.ModelName}', version '{options.Version}'";
            Console.Out.WriteLine($"signed {bundle}{what} by {(signer.HasCertificates ? "certificate" : $"key {signer.Fingerprint}")}");
            return ExitCodes.Done;
        }));
        return command;
    }
}
