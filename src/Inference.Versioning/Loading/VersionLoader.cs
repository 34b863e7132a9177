using Inference.Versioning.Folders;
using Inference.Versioning.Manifest;
using Inference.Versioning.Measuring;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.Loading;

/// <summary>Loads one version while others serve, and runs it through its gates.</summary>
internal sealed class VersionLoader(string modelName, IModelLoader loader, ModelLoadOptions loadOptions, Func<IModelRunner, IModelRunner> wrap, TimeProvider clock, ILogger logger)
{
    /// <summary>Loads, verifies, checks golden rows, warms up.</summary>
    /// <param name="folder">The version.</param>
    /// <param name="options">The options.</param>
    /// <param name="reference">The signature that the version must be able to replace; null for none.</param>
    /// <param name="signedSince">The time of signing of the version's files that were loaded before; null for none.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <returns>The runner with the per-version stages around it, which the caller disposes, what measures the model inside, and what its signature says.</returns>
    /// <exception cref="VersionRefusedException">A gate failed.</exception>
    public async ValueTask<(IModelRunner Runner, ModelTimer Timer, TrustedVersion Trusted)> LoadAsync(
        VersionFolder folder, VersioningOptions options, ModelSignature? reference, string? signedSince, CancellationToken cancellationToken)
    {
        string where = $"Model '{modelName}', version '{folder.Version}'";
        VersionGate gate = VersionGate.Manifest;
        IModelRunner? runner = null;
        IReadOnlyList<NamedValues> inputs = [];
        try
        {
            ModelManifest? manifest = ManifestReader.Read(folder.Path, out string manifestDigest);
            gate = VersionGate.Signature;
            TrustedVersion trusted = VersionTrust.Verify(manifest, manifestDigest, folder.Path, options.Signing, modelName, clock.GetUtcNow(), where);
            RequireNotOlder(trusted, options, signedSince, where);
            gate = VersionGate.Digest;
            if ((trusted.Files ?? manifest?.Files) is { } files)
            {
                await ManifestReader.VerifyFilesAsync(files, folder.Path, where, cancellationToken).ConfigureAwait(false);
            }

            gate = VersionGate.Load;
            runner = await OpenAsync(folder, trusted.Files, cancellationToken).ConfigureAwait(false);
            gate = VersionGate.Digest;
            RequireDigest(manifest, runner.Info, where);
            gate = VersionGate.GoldenRows;
            GoldenRows? golden = ManifestReader.Golden(manifest, where);
            if (golden is not null)
            {
                GoldenRules.Check(golden, runner.Info, options, where);
            }

            inputs = GoldenCheck.Inputs(golden, where);
            if (golden is not null)
            {
                await GoldenCheck.VerifyAsync(runner, golden, inputs, options, where, cancellationToken).ConfigureAwait(false);
            }

            if (options.RequireGoldenRows && inputs.Count == 0)
            {
                throw new ModelLoadException($"{where}: expected golden rows because RequireGoldenRows is true, found none. Add cases to 'golden' in {VersionFolder.ManifestFile}.");
            }

            gate = VersionGate.Warmup;
            if (await Warmup.RunAsync(runner, inputs, options, cancellationToken).ConfigureAwait(false) is { } why)
            {
                VersioningLog.WarmupSkipped(logger, modelName, folder.Version, why);
            }

            gate = VersionGate.Load;
            var timer = ModelTimer.Around(runner, clock, VersionFiles.Of(manifest, folder.Path));
            runner = timer;
            IModelRunner wrapped = runner = wrap(timer);

            // What callers see: stages may change the signature, as one that keeps states does.
            gate = VersionGate.Compatibility;
            RequireCompatible(reference, wrapped.Info, options, where);
            runner = null;
            return (wrapped, timer, trusted);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new VersionRefusedException(exception is InferenceException ? exception.Message : $"{where}: {exception.Message}", exception) { Version = folder.Version, Gate = gate };
        }
        finally
        {
            foreach (NamedValues values in inputs)
            {
                values.Dispose();
            }

            if (runner is not null)
            {
                await runner.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    // The loader compares what it reads, so that files cannot be swapped after they were verified.
    private ValueTask<IModelRunner> OpenAsync(VersionFolder folder, IReadOnlyDictionary<string, string>? files, CancellationToken cancellationToken)
    {
        ModelLoadOptions own = loadOptions.Clone();
        own.Name = modelName;
        own.Version = folder.Version;
        own.ExpectedFiles = files;
        return loader.LoadAsync(ModelSource.File(Path.Combine(folder.Path, VersionFolder.ModelFile)), own, cancellationToken);
    }

    // The files of an earlier publication of the same version have a valid signature.
    private static void RequireNotOlder(TrustedVersion trusted, VersioningOptions options, string? signedSince, string where)
    {
        if (options.Signing.Required && signedSince is not null && trusted.SignedAtText is { } time && string.CompareOrdinal(time, signedSince) < 0)
        {
            throw new ModelLoadException($"{where}: expected files signed at {signedSince} or later, as those loaded before, got files signed at {time}. Sign the version again if it is to be restored.");
        }
    }

    // Against the loaded model, not the file: nothing can be swapped in between hashing and loading.
    private static void RequireDigest(ModelManifest? manifest, ModelInfo info, string where)
    {
        if (manifest?.Digest is { Length: > 0 } expected && !ManifestReader.SameDigest(expected, info.Digest))
        {
            throw new ModelLoadException($"{where}: expected digest {expected}, the loaded model has {info.Digest}. The files do not match the manifest; publish the version again.");
        }
    }

    private static void RequireCompatible(ModelSignature? reference, ModelInfo info, VersioningOptions options, string where)
    {
        if (reference is not null && !options.AllowSignatureChange && reference.WhyNotReplaceableBy(ModelSignature.Of(info)) is { } reason)
        {
            throw new ModelLoadException($"{where} cannot replace the serving version: {reason}. Publish it under another model name, or set AllowSignatureChange if no caller depends on the difference.");
        }
    }
}
