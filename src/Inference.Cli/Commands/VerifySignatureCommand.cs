using System.CommandLine;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Cli.Trust;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Verifies the signature of a model.</summary>
internal static class VerifySignatureCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder in which every file must be covered." };
        var keys = new Option<string[]>("--key") { Description = "Trusted public key, PEM; may be repeated. A private key stands for its public one.", AllowMultipleArgumentsPerToken = true };
        var roots = new Option<string[]>("--certificate-roots") { Description = "Trusted certificate authorities, PEM; may be repeated.", AllowMultipleArgumentsPerToken = true };
        var signature = new Option<string?>("--signature") { Description = "The bundle. Default: model.sig in the folder, or beside the file; without one, the signature in manifest.json." };
        var name = new Option<string?>("--name") { Description = "Require that it was signed for this model." };
        var version = new Option<string?>("--version") { Description = "Require that it was signed for this version." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("verify-signature", "Verifies a model's signature and every file it covers. Exit code 3: a keyless signature, which is not supported.") { model, keys, roots, signature, name, version, json, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            string path = result.GetValue(model)!;
            SigningOptions trusted = KeyFiles.ReadTrusted(result.GetValue(keys) ?? [], result.GetValue(roots) ?? []);
            var options = new ModelSignatureOptions { SignaturePath = result.GetValue(signature), ModelName = result.GetValue(name), Version = result.GetValue(version) };
            if (trusted.Keys.Count == 0 && trusted.CertificateRoots.Count == 0)
            {
                throw new UsageException("Expected --key or --certificate-roots: a signature says nothing without what is trusted.");
            }

            (VerifiedModel verified, string form) = await SignatureCheck.VerifyAsync(path, trusted, options, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Write(writer =>
                {
                    writer.WriteBoolean("valid", true);
                    writer.WriteString("form", form);
                    writer.WriteString("signedBy", verified.SignedBy);
                    writer.WriteString("model", verified.ModelName);
                    writer.WriteString("version", verified.Version);
                    writer.WriteString("signedAt", verified.SignedAt?.UtcDateTime.ToString("o", CultureInfo.InvariantCulture));
                    writer.WriteStartObject("files");
                    foreach ((string file, string digest) in verified.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
                    {
                        writer.WriteString(file, digest);
                    }

                    writer.WriteEndObject();
                });
            }
            else
            {
                string what = verified.ModelName is null && verified.Version is null ? "" : $", for model '{verified.ModelName}', version '{verified.Version}'";
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"valid: {verified.Files.Count} files signed by '{verified.SignedBy}' ({form}){what}"));
            }

            return ExitCodes.Done;
        }));
        return command;
    }
}
