using System.Security.Cryptography;
using Inference.Versioning.Files;
using Inference.Versioning.Signing;

namespace Inference.Versioning;

/// <summary>Signs and verifies model files and folders by OpenSSF Model Signing 1.0: a detached Sigstore bundle with an in-toto statement that lists every file with its SHA-256, signed by an ECDSA key or a certificate.</summary>
/// <remarks>If model name or version are given, they are stated as annotations of the first resource (<c>inference.model</c>, <c>inference.version</c>, <c>inference.signedAt</c>), which other tools ignore.</remarks>
public static class ModelSigner
{
    /// <summary>The name of the bundle in a model folder.</summary>
    public const string SignatureFile = "model.sig";

    /// <summary>Signs a model and writes the bundle, atomically (by a rename).</summary>
    /// <param name="model">The model file, or a folder, which is signed with all its files.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">What is signed for which model; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels before anything is written.</param>
    /// <returns>The bundle's file.</returns>
    /// <exception cref="ModelLoadException">There is no such model, or it has files that cannot be signed, such as symbolic links.</exception>
    public static async ValueTask<string> SignAsync(string model, ModelSigningKey key, ModelSignatureOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(key);
        options ??= new ModelSignatureOptions();
        var place = SignedPlace.Of(model, options);
        try
        {
            List<string> ignored = [.. ModelFiles.Excluded, .. place.SignatureName is { } own ? [own] : Array.Empty<string>(), .. options.IgnoredPaths.Select(RequireName)];
            IReadOnlyList<string> names = place.FileName is null
                ? ModelFiles.List(place.Root, ignored, options.AllowSymbolicLinks)
                : [.. options.OtherFiles.Select(RequireName).Append(place.FileName).Distinct(StringComparer.Ordinal).Order(ResourceName.Order)];
            if (names.Count == 0)
            {
                throw new FormatException("expected at least one file, found none");
            }

            var resources = new List<SignedResource>();
            foreach (string name in names)
            {
                RequireFile(place.Root, name, Path.Combine(place.Root, name), options.AllowSymbolicLinks);
                resources.Add(new SignedResource(name, await ModelFiles.HashAsync(Path.Combine(place.Root, name), cancellationToken).ConfigureAwait(false)));
            }

            var facts = options.ModelName is null && options.Version is null ? new StatementFacts() : new StatementFacts(options.ModelName, options.Version, options.TimeProvider.GetUtcNow());
            byte[] statement = StatementJson.Write(place.Name, new SignedStatement(resources, options.AllowSymbolicLinks, [.. ignored.Distinct(StringComparer.Ordinal)], facts));
            await ReplacedFile.WriteAsync(place.SignaturePath, BundleJson.Sign(key, statement), cancellationToken).ConfigureAwait(false);
            return place.SignaturePath;
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Model '{model}' cannot be signed: {exception.Message}.", exception);
        }
    }

    /// <summary>Verifies a model's bundle and compares every file with it.</summary>
    /// <param name="model">The model file, or its folder, in which every file must be covered.</param>
    /// <param name="trusted">The trusted keys and roots.</param>
    /// <param name="options">The bundle's file, and the model's name and version if they must be stated; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="ModelLoadException">There is no bundle, it is malformed, its signature is not valid, a file differs, is missing or is not covered, or it was signed for another model or version.</exception>
    /// <exception cref="UnsupportedModelException">The bundle uses a part of the specification that is not supported: keyless signatures, shards, or another hash than SHA-256.</exception>
    public static async ValueTask<VerifiedModel> VerifyAsync(string model, SigningOptions trusted, ModelSignatureOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(trusted);
        options ??= new ModelSignatureOptions();
        var place = SignedPlace.Of(model, options);
        try
        {
            DateTimeOffset now = options.TimeProvider.GetUtcNow();
            using var keys = new TrustedKeys(trusted, now);
            SignedStatement statement = BundleVerifier.Verify(ReadBundle(place.SignaturePath), keys, now, out string signer);
            RequireFor(statement.Facts, options.ModelName, options.Version);
            Dictionary<string, string> files = statement.Resources.ToDictionary(r => r.Name, r => r.Digest, StringComparer.Ordinal);
            RequireCovered(place, statement, files);
            foreach ((string name, string expected) in files)
            {
                string path = Path.Combine(place.Root, name);
                RequireFile(place.Root, name, path, statement.AllowSymbolicLinks);
                string actual = await ModelFiles.HashAsync(path, cancellationToken).ConfigureAwait(false);
                if (actual != expected)
                {
                    throw new FormatException($"file '{name}': expected SHA-256 {expected}, got {actual}: the file is damaged or was replaced");
                }
            }

            return new VerifiedModel { SignedBy = signer, Files = files, ModelName = statement.Facts.Model, Version = statement.Facts.Version, SignedAt = statement.Facts.SignedAt };
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ModelLoadException($"Model '{model}', signature '{place.SignaturePath}': {exception.Message}.", exception);
        }
    }

    /// <summary>Reads a bundle within its limit.</summary>
    /// <exception cref="FormatException">There is none, or it is too large.</exception>
    internal static byte[] ReadBundle(string path)
    {
        if (RegularFile.Find(path) is null)
        {
            throw new FormatException("expected a signature bundle, found no file");
        }

        using FileStream? stream = RegularFile.OpenRead(path);
        if (stream is null || stream.Length > BundleReader.MaxBytes)
        {
            throw new FormatException($"expected a bundle of 1 to {BundleReader.MaxBytes} bytes, got {stream?.Length ?? 0}");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Requires that a statement is for a model and version.</summary>
    /// <exception cref="FormatException">It states none, or another.</exception>
    internal static void RequireFor(StatementFacts facts, string? model, string? version)
    {
        if ((model is not null && facts.Model != model) || (version is not null && facts.Version != version))
        {
            throw new FormatException($"expected a signature for model '{model ?? facts.Model}', version '{version ?? facts.Version}', got one for {(facts.Model is null && facts.Version is null ? "none" : $"model '{facts.Model}', version '{facts.Version}'")}: "
                + "sign with model name and version");
        }
    }

    private static void RequireCovered(SignedPlace place, SignedStatement statement, Dictionary<string, string> files)
    {
        if (place.FileName is { } file)
        {
            if (!files.ContainsKey(file))
            {
                throw new FormatException($"file '{file}' is not covered by the signature");
            }

            return;
        }

        foreach (string name in ModelFiles.List(place.Root, [.. ModelFiles.Excluded, .. statement.IgnoredPaths, .. place.SignatureName is { } own ? [own] : Array.Empty<string>()], statement.AllowSymbolicLinks))
        {
            if (!files.ContainsKey(name))
            {
                throw new FormatException($"file '{name}' is not covered by the signature: remove the file, or sign the model again");
            }
        }
    }

    private static void RequireFile(string root, string name, string path, bool allowLinks)
    {
        // Parts of a path that are links were refused by the listing of a folder; a model file has no listing.
        for (string? part = path; part is not null && part.Length > root.Length; part = Path.GetDirectoryName(part))
        {
            if (new FileInfo(part).LinkTarget is not null && (!allowLinks || part != path))
            {
                throw new FormatException($"file '{name}' is behind a symbolic link: put the file itself there");
            }
        }

        if (RegularFile.Find(path) is null)
        {
            throw new FormatException($"expected file '{name}', found none: restore the file, or sign the model again");
        }
    }

    private static string RequireName(string name) =>
        ResourceName.IsCanonical(name) && name.IndexOfAny(['*', '?', '[']) < 0 ? name : throw new FormatException($"expected a relative path with '/' and without '..' and patterns, got '{name}'");
}
