using System.CommandLine;
using Inference.Cli.Repositories;
using Inference.Cli.Running;
using Inference.Cli.Trust;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Lists the versions of a model.</summary>
internal static class VersionsCommand
{
    public static Command Create()
    {
        var target = new RepositoryTarget();
        var keys = new Option<string[]>("--key") { Description = "Public key, PEM, that is trusted; may be repeated. A manifest names its key by the file's name without extension. Without one, signatures are not verified.", AllowMultipleArgumentsPerToken = true };
        var json = new Option<bool>("--json") { Description = "Print JSON, with the whole lineage of each version." };
        var check = new Option<string?>("--check-command") { Description = "Print the command that repeats the check of this version, from the verdict in its manifest." };
        var command = new Command("versions", "Lists the versions of a model: state, labels, digest, and what each was made from.") { target.Model, keys, check, json, target.Verbose };
        command.SetAction((result, cancellation) => target.RunAsync(result, async () =>
        {
            var options = new VersioningOptions();
            foreach ((string path, string pem) in KeyFiles.ReadTrusted(result.GetValue(keys) ?? [], []).Keys)
            {
                options.Signing.Keys[Path.GetFileNameWithoutExtension(path)] = pem;
            }

            using RepositoryEditor editor = target.Open(result, options);
            IReadOnlyList<VersionRecord> versions = await editor.ListAsync(cancellation).ConfigureAwait(false);
            if (result.GetValue(check) is { } version)
            {
                Console.Out.WriteLine(RecordedCheck.CommandOf(result.GetValue(target.Model)!, version, versions));
            }
            else if (result.GetValue(json))
            {
                VersionReport.Write(editor.ModelName, versions);
            }
            else if (versions.Count > 0)
            {
                VersionReport.Print(versions);
            }
            else
            {
                Console.Out.WriteLine("no versions");
            }

            return ExitCodes.Done;
        }));
        return command;
    }
}
