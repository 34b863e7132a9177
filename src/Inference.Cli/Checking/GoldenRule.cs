using Inference.Cli.Trust;
using Inference.Optimization;
using Inference.Optimization.Gate;
using Inference.Versioning;
using Inference.Versioning.Folders;
using Inference.Versioning.Loading;
using Inference.Versioning.Manifest;

namespace Inference.Cli.Checking;

/// <summary>Whether a version reproduces the golden rows of its manifest, and its files have the digests there: the gates that serving puts before it.</summary>
internal static class GoldenRule
{
    /// <summary>The rules of a candidate in a folder with a manifest; none otherwise.</summary>
    public static async Task<IReadOnlyList<GateRule>> JudgeAsync(OptimizationContext context, string path, CancellationToken cancellation)
    {
        string folder = SignedModel.Folder(path);
        if (!File.Exists(Path.Combine(folder, VersionFolder.ManifestFile)) || (File.Exists(path) && Path.GetFileName(path) != VersionFolder.ModelFile))
        {
            return [];
        }

        var rules = new List<GateRule>();
        var options = new VersioningOptions();
        string where = $"Manifest in '{folder}'";
        ModelManifest manifest = ManifestReader.Read(folder)!;
        if (manifest.Files is { Count: > 0 } files)
        {
            rules.Add(await TryAsync("manifest", "digests of files", files.Count, async () => await ManifestReader.VerifyFilesAsync(files, folder, where, cancellation).ConfigureAwait(false)).ConfigureAwait(false));
        }

        if (ManifestReader.Golden(manifest, where) is { Cases.Count: > 0 } golden)
        {
            await using IModelRunner runner = await context.Loader.LoadAsync(ModelSource.File(path), context.LoadOptions.Clone(), cancellation).ConfigureAwait(false);
            rules.Add(await TryAsync("golden", "golden rows", golden.Cases.Count, async () =>
            {
                GoldenRules.Check(golden, runner.Info, options, where);
                IReadOnlyList<NamedValues> inputs = GoldenCheck.Inputs(golden, where);
                try
                {
                    await GoldenCheck.VerifyAsync(runner, golden, inputs, options, where, cancellation).ConfigureAwait(false);
                }
                finally
                {
                    foreach (NamedValues values in inputs)
                    {
                        values.Dispose();
                    }
                }
            }).ConfigureAwait(false));
        }

        return rules;
    }

    private static async Task<GateRule> TryAsync(string rule, string subject, int count, Func<Task> check)
    {
        var judged = new GateRule { Rule = rule, Subject = subject, Outcome = GateOutcome.Passed, Required = true, Figure = count, Unit = GateUnit.Count };
        try
        {
            await check().ConfigureAwait(false);
            return judged;
        }
        catch (InferenceException exception)
        {
            return judged with { Outcome = GateOutcome.Refused, Figure = null, Unit = GateUnit.None, Reason = exception.Message };
        }
    }
}
