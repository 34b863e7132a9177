using System.Security.Cryptography;
using Inference.TestSupport;

namespace Inference.Versioning.Tests.Signing;

/// <summary>Where signatures are required, nothing unsigned, older, changed or presented as another version loads.</summary>
public sealed class RequiredSignatureTests : IDisposable
{
    private const string Labelled = """{ "labels": [ "stable" ] }""";

    private readonly TempRepository _repository = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    public void Dispose()
    {
        _key.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public async Task Bundle_Valid_ServesAndTellsTheLoaderWhatToExpect()
    {
        string directory = await PublishAsync("1", Labelled);
        await using VersionedModelRunner runner = await OpenAsync();
        Assert.Equal("1", runner.Versions.DefaultVersion);
        Assert.Equal(["manifest.json", "model.onnx"], _repository.Loader.LastOptions!.ExpectedFiles!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(directory, "model.onnx")))), _repository.Loader.LastOptions.ExpectedFiles["model.onnx"]);
        Assert.Equal(["stable"], runner.Versions.Versions[0].Labels);
    }

    [Theory]
    [InlineData("unsigned", "expected a signature in manifest.json or model.sig because Signing.Required is true, found none")]
    [InlineData("other model", "expected a signature for model 'ranker', version '2', got one for model 'other', version '2'")]
    [InlineData("older version", "expected a signature for model 'ranker', version '2', got one for model 'ranker', version '1'")]
    [InlineData("not stated", "expected a signature for model 'ranker', version '2', got one for none")]
    [InlineData("other key", "expected a signature by a trusted key ('new')")]
    [InlineData("labels", "file 'manifest.json': expected the SHA-256")]
    [InlineData("manifest added", "file 'manifest.json' is not covered by the signature")]
    [InlineData("data added", "file 'weights.bin' is not covered by the signature")]
    [InlineData("profile added", "file 'reference.profile' is not covered by the signature")]
    [InlineData("model", "file 'model.onnx': expected SHA-256")]
    [InlineData("link", "'model.onnx' is a symbolic link")]
    [InlineData("bundle emptied", "expected a bundle of 1 to")]
    [InlineData("bundle broken", "bundle: expected JSON")]
    public async Task Bundle_NotOfThisVersion_NeverLoads(string how, string expected)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string? manifest = how is "labels" ? Labelled : null;
        string directory = how == "unsigned" ? _repository.Publish("2") : await PublishAsync(
            "2", manifest, how == "other model" ? "other" : how == "not stated" ? null : "ranker", how == "older version" ? "1" : how == "not stated" ? null : "2", how == "other key" ? other : null);
        switch (how)
        {
            case "labels":
                File.WriteAllText(Path.Combine(directory, "manifest.json"), Labelled.Replace("stable", "canary"));
                break;
            case "manifest added":
                File.WriteAllText(Path.Combine(directory, "manifest.json"), Labelled);
                break;
            case "data added":
                File.WriteAllText(Path.Combine(directory, "weights.bin"), "x");
                break;
            case "profile added":
                File.WriteAllText(Path.Combine(directory, "reference.profile"), "x");
                break;
            case "model":
                File.WriteAllText(Path.Combine(directory, "model.onnx"), "3");
                break;
            case "link":
                File.Move(Path.Combine(directory, "model.onnx"), Path.Combine(_repository.Root, "elsewhere"));
                File.CreateSymbolicLink(Path.Combine(directory, "model.onnx"), Path.Combine(_repository.Root, "elsewhere"));
                break;
            case "bundle emptied":
                File.WriteAllText(Path.Combine(directory, "model.sig"), "");
                break;
            case "bundle broken":
                File.WriteAllText(Path.Combine(directory, "model.sig"), "{");
                break;
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(OpenAsync);
        Assert.Contains(expected, error.Message);
        Assert.Equal(0, _repository.Loader.Loads);
    }

    /// <summary>The signed directory of an older version, copied to a newer name, does not replace the version that serves.</summary>
    [Fact]
    public async Task OlderVersion_CopiedToANewerName_NeverLoads()
    {
        await PublishAsync("1", null);
        await PublishAsync("2", null);
        await using VersionedModelRunner runner = await OpenAsync();
        string copy = Path.Combine(_repository.Root, "3");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(_repository.Root, "1")))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        await runner.Versions.RefreshAsync();
        Assert.Equal("2", runner.Versions.DefaultVersion);
        Assert.Contains("refused at gate Signature", runner.Description);
    }

    /// <summary>A label in a manifest that nobody signed must not choose which version serves.</summary>
    [Fact]
    public async Task Label_InAChangedManifest_DoesNotMove()
    {
        await PublishAsync("1", """{ "labels": [] }""");
        await PublishAsync("2", Labelled);
        await using VersionedModelRunner runner = await OpenAsync(o => (o.Policy, o.DefaultLabel) = (VersionPolicy.Label, "stable"));
        Assert.Equal("2", runner.Versions.DefaultVersion);
        File.WriteAllText(Path.Combine(_repository.Root, "2", "manifest.json"), "{}");
        File.WriteAllText(Path.Combine(_repository.Root, "1", "manifest.json"), Labelled);
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", runner.Versions.DefaultVersion);
        Assert.Empty(runner.Versions.Versions.Single(v => v.Version == "1").Labels);
    }

    [Fact]
    public async Task OldestVersion_KeepsOlderOnesOut()
    {
        await PublishAsync("9", null);
        await PublishAsync("10", null);
        await using VersionedModelRunner runner = await OpenAsync(o => o.Signing.OldestVersion = "10");
        Assert.Contains("expected a version from '10' (Signing.OldestVersion), got an older one", (await Assert.ThrowsAnyAsync<InferenceException>(async () => await runner.Versions.PromoteAsync("9", "ann", "test"))).Message);
        Assert.Equal("10", runner.Versions.DefaultVersion);
    }

    /// <summary>Rotation: both keys for a while, then the old one expires; what it signed no longer loads, what is loaded serves on.</summary>
    [Fact]
    public async Task Keys_Rotated_OldOnesExpire()
    {
        using var old = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await PublishAsync("1", null, key: old);
        await PublishAsync("2", null);
        void Both(VersioningOptions options)
        {
            options.Signing.Keys["old"] = old.ExportSubjectPublicKeyInfoPem();
            options.Signing.Validity["old"] = new KeyValidity { NotAfter = _repository.Clock.GetUtcNow() + TimeSpan.FromDays(1) };
            options.KeepLatest = 0;
        }

        await using VersionedModelRunner runner = await OpenAsync(Both);
        await runner.Versions.PromoteAsync("1", "ann", "test");
        Assert.Equal("1", runner.Versions.DefaultVersion);
        await runner.Versions.PromoteAsync("2", "ann", "test");
        await Eventually.TrueAsync(() => runner.Versions.Versions.Where(v => v.Version == "1").All(v => v.State == Inference.Status.ModelVersionState.Available));
        _repository.Clock.Advance(TimeSpan.FromDays(2));
        InferenceException error = await Assert.ThrowsAnyAsync<InferenceException>(async () => await runner.Versions.PromoteAsync("1", "ann", "test"));
        Assert.Contains("not valid now: 'old' (until", error.Message);
    }

    [Fact]
    public async Task EitherForm_IsEnough()
    {
        using var manifestKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string directory = _repository.Publish("1");
        await ManifestSigner.SignAsync(directory, "ranker", manifestKey, "gone");
        using (var key = ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem()))
        {
            await ModelSigner.SignAsync(directory, key, new ModelSignatureOptions { ModelName = "ranker", Version = "1" });
        }

        await using VersionedModelRunner byBundle = await OpenAsync();
        Assert.Equal("1", byBundle.Versions.DefaultVersion);
        await using VersionedModelRunner byManifest = await _repository.OpenAsync(o =>
        {
            o.Signing.Required = true;
            o.Signing.Keys["gone"] = manifestKey.ExportSubjectPublicKeyInfoPem();
        });
        Assert.Equal("1", byManifest.Versions.DefaultVersion);
    }

    [Fact]
    public async Task Certificates_OfATrustedRoot_Serve()
    {
        using var leaf = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var chain = new TestCertificates("good", leaf);
        string directory = _repository.Publish("1");
        using (var key = ModelSigningKey.FromPem(leaf.ExportPkcs8PrivateKeyPem(), null, chain.Pem))
        {
            await ModelSigner.SignAsync(directory, key, new ModelSignatureOptions { ModelName = "ranker", Version = "1" });
        }

        _repository.Clock.SetUtcNow(DateTimeOffset.UtcNow);
        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            o.Signing.Required = true;
            o.Signing.CertificateRoots.Add(chain.RootPem);
        });
        Assert.Equal("1", runner.Versions.DefaultVersion);
    }

    [Fact]
    public void Options_ThatCannotBeTrusted_AreRefused()
    {
        var options = new VersioningOptions();
        options.Signing.Keys["a"] = "text";
        options.Signing.Validity["b"] = new KeyValidity();
        options.Signing.CertificateRoots.Add("none");
        string failures = string.Join("\n", new VersioningOptionsRules().Validate("m", options).Failures!);
        Assert.Contains("under Signing.Keys['a'], got text that cannot be read", failures);
        Assert.Contains("under Signing.Validity['b']", failures);
        Assert.Contains("Signing.CertificateRoots: Expected certificates in PEM", failures);
    }

    private Task<VersionedModelRunner> OpenAsync() => OpenAsync(null);

    private Task<VersionedModelRunner> OpenAsync(Action<VersioningOptions>? more) => _repository.OpenAsync(o =>
    {
        o.Signing.Required = true;
        o.Signing.Keys["new"] = _key.ExportSubjectPublicKeyInfoPem();
        more?.Invoke(o);
    });

    private async Task<string> PublishAsync(string version, string? manifest, string? name = "ranker", string? forVersion = "", ECDsa? key = null)
    {
        string directory = _repository.Publish(version, manifest: manifest);
        using var signing = ModelSigningKey.FromPem((key ?? _key).ExportPkcs8PrivateKeyPem());
        await ModelSigner.SignAsync(directory, signing, new ModelSignatureOptions { ModelName = name, Version = forVersion == "" ? version : forVersion });
        return directory;
    }
}
