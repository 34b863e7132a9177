using Inference.Versioning;

namespace Inference.Cli.Trust;

/// <summary>Verifies a model by the bundle beside it, otherwise by its manifest.</summary>
internal static class SignatureCheck
{
    /// <summary>Verifies the signature and every file that it must cover.</summary>
    /// <param name="path">The model file, or a folder in which every file must be covered.</param>
    /// <param name="trusted">The trusted keys and roots.</param>
    /// <param name="options">The bundle's file, and the model's name and version if they must be stated.</param>
    /// <param name="cancellation">Cancels the work.</param>
    /// <returns>What the signature says, and its form: <c>openssf</c> or <c>manifest</c>.</returns>
    /// <exception cref="ModelLoadException">There is no signature, it is not valid, or a file differs.</exception>
    public static async ValueTask<(VerifiedModel Verified, string Form)> VerifyAsync(string path, SigningOptions trusted, ModelSignatureOptions options, CancellationToken cancellation)
    {
        string folder = SignedModel.Folder(path);
        string bundle = options.SignaturePath ?? (File.Exists(path) ? Path.ChangeExtension(path, ".sig") : Path.Combine(folder, ModelSigner.SignatureFile));
        if (!File.Exists(bundle) && options.SignaturePath is null && File.Exists(Path.Combine(folder, "manifest.json")))
        {
            VerifiedModel manifest = await VerifyManifestAsync(folder, options.ModelName ?? Path.GetFileName(Path.GetDirectoryName(folder)) ?? "", trusted, cancellation).ConfigureAwait(false);
            return options.Version is not { } asked || asked == manifest.Version
                ? (manifest, "manifest")
                : throw new ModelLoadException($"Model '{path}': expected a signature for version '{asked}', got one for version '{manifest.Version}'. Check the folder.");
        }

        VerifiedModel verified = await ModelSigner.VerifyAsync(path, trusted, options, cancellation).ConfigureAwait(false);
        string model = File.Exists(path) ? path : Path.Combine(folder, "model.onnx");
        foreach (string file in File.Exists(model) ? SignedModel.ExternalFiles(model) : [])
        {
            if (!verified.Files.ContainsKey(file))
            {
                throw new ModelLoadException($"Model '{path}': the model uses file '{file}', which is not covered by the signature. Sign the model again.");
            }
        }

        return (verified, "openssf");
    }

    // A manifest names the key by the id it has where the model is served, which the caller need not know.
    private static async ValueTask<VerifiedModel> VerifyManifestAsync(string folder, string name, SigningOptions trusted, CancellationToken cancellation)
    {
        ModelLoadException? last = null;
        string id = ManifestSigner.KeyIdOf(folder) ?? "";
        foreach ((_, string pem) in trusted.Keys)
        {
            var one = new SigningOptions();
            one.Keys[id] = pem;
            try
            {
                return await ManifestSigner.VerifyAsync(folder, name, one, cancellationToken: cancellation).ConfigureAwait(false);
            }
            catch (ModelLoadException exception)
            {
                last = exception;
            }
        }

        throw last ?? new ModelLoadException($"Model '{name}': the manifest is signed by a key: pass --key.");
    }
}
