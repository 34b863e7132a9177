using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.TestSupport;

namespace Inference.Versioning.Tests.Signing;

/// <summary>Bundles of OpenSSF Model Signing: what is signed verifies, and nothing else does.</summary>
public sealed class ModelSignerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ModelSignerTests()
    {
        Directory.CreateDirectory(_folder.File("m", "data"));
        File.WriteAllText(_folder.File("m", "model.onnx"), "model");
        File.WriteAllText(_folder.File("m", "data", "weights.bin"), "weights");
        File.WriteAllText(_folder.File("m", "empty"), "");
    }

    private string Model => _folder.File("m");

    private string Bundle => _folder.File("m", "model.sig");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Curves => ["nistP256", "nistP384", "nistP521"];

    [Theory]
    [MemberData(nameof(Curves))]
    public async Task Sign_EachCurve_Verifies(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        Assert.Equal(Bundle, await SignAsync(key, new ModelSignatureOptions { ModelName = "ranker", Version = "2" }));
        VerifiedModel verified = await ModelSigner.VerifyAsync(Model, Trust(key), new ModelSignatureOptions { ModelName = "ranker", Version = "2" });
        Assert.Equal(("a", "ranker", "2"), (verified.SignedBy, verified.ModelName, verified.Version));
        Assert.Equal(["data/weights.bin", "empty", "model.onnx"], verified.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Hex("weights"), verified.Files["data/weights.bin"]);
    }

    /// <summary>The form is checked against the specification, not against the reader.</summary>
    [Fact]
    public async Task Sign_Bundle_HasTheFormOfTheSpecification()
    {
        await SignAsync(_key, new ModelSignatureOptions { IgnoredPaths = ["logs"] });
        JsonNode bundle = JsonNode.Parse(File.ReadAllText(Bundle))!;
        Assert.Equal("application/vnd.dev.sigstore.bundle.v0.3+json", (string)bundle["mediaType"]!);
        string pem = _key.ExportSubjectPublicKeyInfoPem() + "\n";
        Assert.Equal(Hex(pem), (string)bundle["verificationMaterial"]!["publicKey"]!["hint"]!);
        byte[] payload = Convert.FromBase64String((string)bundle["dsseEnvelope"]!["payload"]!);
        Assert.Equal("application/vnd.in-toto+json", (string)bundle["dsseEnvelope"]!["payloadType"]!);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {payload.Length} "), .. payload];
        Assert.True(_key.VerifyData(signed, Convert.FromBase64String((string)bundle["dsseEnvelope"]!["signatures"]![0]!["sig"]!), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        JsonNode statement = JsonNode.Parse(payload)!;
        Assert.Equal("https://in-toto.io/Statement/v1", (string)statement["_type"]!);
        Assert.Equal("https://model_signing/signature/v1.0", (string)statement["predicateType"]!);
        byte[][] digests = [SHA256.HashData("weights"u8), SHA256.HashData(""u8), SHA256.HashData("model"u8)];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(digests.SelectMany(d => d).ToArray())), (string)statement["subject"]![0]!["digest"]!["sha256"]!);
        Assert.Equal("m", (string)statement["subject"]![0]!["name"]!);
        JsonNode predicate = statement["predicate"]!;
        Assert.Equal(["data/weights.bin", "empty", "model.onnx"], predicate["resources"]!.AsArray().Select(r => (string)r!["name"]!));
        Assert.Equal(["sha256", "sha256", "sha256"], predicate["resources"]!.AsArray().Select(r => (string)r!["algorithm"]!));
        Assert.Equal(("files", "sha256", false), ((string)predicate["serialization"]!["method"]!, (string)predicate["serialization"]!["hash_type"]!, (bool)predicate["serialization"]!["allow_symlinks"]!));
        Assert.Equal([".git", ".gitattributes", ".github", ".gitignore", "model.sig", "logs"], predicate["serialization"]!["ignore_paths"]!.AsArray().Select(p => (string)p!));
    }

    [Theory]
    [InlineData("changed", "file 'model.onnx': expected SHA-256")]
    [InlineData("data changed", "file 'data/weights.bin': expected SHA-256")]
    [InlineData("removed", "expected file 'data/weights.bin', found none")]
    [InlineData("added", "file 'data/extra' is not covered by the signature")]
    [InlineData("renamed", "is not covered by the signature")]
    [InlineData("linked", "'model.onnx' is a symbolic link")]
    [InlineData("folder linked", "'data' is a symbolic link")]
    [InlineData("other key", "expected a signature by a trusted key ('a'), got one by the key with fingerprint")]
    [InlineData("other key without hint", "the signature is not valid under a trusted key ('a')")]
    [InlineData("unsigned", "expected a signature bundle, found no file")]
    [InlineData("other model", "expected a signature for model 'ranker', version '2', got one for model 'ranker', version '1'")]
    public async Task Verify_AnythingElse_IsRefused(string how, string expected)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await SignAsync(how.StartsWith("other key", StringComparison.Ordinal) ? other : _key, new ModelSignatureOptions { ModelName = "ranker", Version = how == "other model" ? "1" : "2" });
        switch (how)
        {
            case "changed":
                File.WriteAllText(_folder.File("m", "model.onnx"), "Model");
                break;
            case "data changed":
                File.WriteAllText(_folder.File("m", "data", "weights.bin"), "weighty");
                break;
            case "removed":
                File.Delete(_folder.File("m", "data", "weights.bin"));
                break;
            case "added":
                File.WriteAllText(_folder.File("m", "data", "extra"), "");
                break;
            case "renamed":
                File.Move(_folder.File("m", "data", "weights.bin"), _folder.File("m", "data", "weight.bin"));
                break;
            case "linked":
                File.Move(_folder.File("m", "model.onnx"), _folder.File("elsewhere"));
                File.CreateSymbolicLink(_folder.File("m", "model.onnx"), _folder.File("elsewhere"));
                break;
            case "folder linked":
                Directory.Move(_folder.File("m", "data"), _folder.File("data"));
                Directory.CreateSymbolicLink(_folder.File("m", "data"), _folder.File("data"));
                break;
            case "other key without hint":
                Edit(bundle => bundle["verificationMaterial"]!["publicKey"]!["hint"] = "ci");
                break;
            case "unsigned":
                File.Delete(Bundle);
                break;
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.VerifyAsync(Model, Trust(_key), new ModelSignatureOptions { ModelName = "ranker", Version = "2" }));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task Verify_SeveralKeys_NamesTheOneThatSigned()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await SignAsync(other);
        SigningOptions trusted = Trust(_key);
        trusted.Keys["b"] = other.ExportSubjectPublicKeyInfoPem();
        Assert.Equal("b", (await ModelSigner.VerifyAsync(Model, trusted)).SignedBy);
        trusted.Validity["b"] = new KeyValidity { NotAfter = DateTimeOffset.UnixEpoch };
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.VerifyAsync(Model, trusted));
        Assert.Contains("a trusted key ('a'; not valid now: 'b' (until 1970-01-01 00:00:00Z))", error.Message);
    }

    [Fact]
    public async Task Sign_File_CoversItAndItsOtherFiles()
    {
        string file = _folder.File("m", "model.onnx");
        using var key = Signing(_key);
        Assert.Equal(Bundle, await ModelSigner.SignAsync(file, key, new ModelSignatureOptions { OtherFiles = ["data/weights.bin"] }));
        Assert.Equal(["data/weights.bin", "model.onnx"], (await ModelSigner.VerifyAsync(file, Trust(_key))).Files.Keys.Order(StringComparer.Ordinal));
        File.WriteAllText(_folder.File("m", "data", "weights.bin"), "x");
        await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.VerifyAsync(file, Trust(_key)));
    }

    [UnixFact]
    public async Task Sign_SymbolicLinks_OnlyIfAllowed()
    {
        File.CreateSymbolicLink(_folder.File("m", "link"), _folder.File("m", "model.onnx"));
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await SignAsync(_key));
        Assert.Contains("'link' is a symbolic link", error.Message);
        await SignAsync(_key, new ModelSignatureOptions { AllowSymbolicLinks = true });
        Assert.Equal(Hex("model"), (await ModelSigner.VerifyAsync(Model, Trust(_key))).Files["link"]);
    }

    [UnixFact]
    public async Task Sign_FileBehindALink_OnlyIfAllowed()
    {
        File.WriteAllText(_folder.File("secret"), "model");
        File.CreateSymbolicLink(_folder.File("m", "link.onnx"), _folder.File("secret"));
        Directory.CreateSymbolicLink(_folder.File("m", "inner"), _folder.File("m", "data"));
        using var key = Signing(_key);
        foreach ((string file, string[] others) in new[] { ("link.onnx", Array.Empty<string>()), ("model.onnx", ["link.onnx"]), ("model.onnx", ["inner/weights.bin"]) })
        {
            ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.SignAsync(_folder.File("m", file), key, new ModelSignatureOptions { OtherFiles = others }));
            Assert.Contains("is behind a symbolic link", error.Message);
        }

        string link = _folder.File("m", "link.onnx");
        await ModelSigner.SignAsync(link, key, new ModelSignatureOptions { AllowSymbolicLinks = true });
        Assert.Equal(Hex("model"), (await ModelSigner.VerifyAsync(link, Trust(_key))).Files["link.onnx"]);
    }

    [Fact]
    public async Task Sign_ThatCannotBeWritten_LeavesTheFolderAsItWas()
    {
        Directory.CreateDirectory(Bundle);
        using var key = Signing(_key);
        string[] before = Directory.GetFileSystemEntries(Model);
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.SignAsync(Model, key));
        Assert.Contains("cannot be signed", error.Message);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(Model).Order());
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc")]
    [InlineData("a//b")]
    [InlineData("*.bin")]
    public async Task Sign_IgnoredPathsOutside_AreRefused(string path)
    {
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await SignAsync(_key, new ModelSignatureOptions { IgnoredPaths = [path] }));
        Assert.Contains("expected a relative path", error.Message);
    }

    [Fact]
    public async Task Sign_NoFiles_IsRefused()
    {
        Directory.CreateDirectory(_folder.File("none"));
        using var key = Signing(_key);
        await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.SignAsync(_folder.File("none"), key));
        await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.SignAsync(_folder.File("nowhere"), key));
    }

    [Fact]
    public void Key_Encrypted_NeedsItsPassphrase()
    {
        string pem = _key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        Assert.Contains("Expected a passphrase", Assert.Throws<CryptographicException>(() => ModelSigningKey.FromPem(pem)).Message);
        Assert.ThrowsAny<CryptographicException>(() => ModelSigningKey.FromPem(pem, "wrong"));
        using var key = ModelSigningKey.FromPem(pem, "secret");
        Assert.Equal(_key.ExportSubjectPublicKeyInfoPem(), key.PublicKeyPem);
        Assert.Contains("cannot sign", Assert.Throws<CryptographicException>(() => ModelSigningKey.FromPem(_key.ExportSubjectPublicKeyInfoPem())).Message);
        Assert.ThrowsAny<CryptographicException>(() => ModelSigningKey.FromPem("-----BEGIN NOTHING-----"));
        using var rsa = RSA.Create(2048);
        Assert.ThrowsAny<CryptographicException>(() => ModelSigningKey.FromPem(rsa.ExportPkcs8PrivateKeyPem()));
    }

    [Theory]
    [InlineData("good", null)]
    [InlineData("expired", "is valid at")]
    [InlineData("not yet", "is valid at")]
    [InlineData("other root", "leads to a trusted root")]
    [InlineData("no intermediate", "leads to a trusted root")]
    [InlineData("not an authority", "leads to a trusted root")]
    [InlineData("usage", "expected the key usage digitalSignature")]
    [InlineData("purpose", "expected the purpose codeSigning")]
    [InlineData("no roots", "expected certificate roots to verify it, got none")]
    public async Task Certificates_ThatDoNotLeadToARoot_AreRefused(string how, string? expected)
    {
        using var chain = new TestCertificates(how, _key);
        using var key = ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem(), null, chain.Pem);
        await ModelSigner.SignAsync(Model, key);
        var trusted = new SigningOptions();
        trusted.Keys["a"] = _key.ExportSubjectPublicKeyInfoPem();
        if (how != "no roots")
        {
            trusted.CertificateRoots.Add(chain.RootPem);
        }

        if (expected is null)
        {
            Assert.Equal("CN=signer", (await ModelSigner.VerifyAsync(Model, trusted)).SignedBy);
            return;
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.VerifyAsync(Model, trusted));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Certificates_OfAnotherKey_AreRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var chain = new TestCertificates("good", other);
        Assert.Contains("Expected the signer's certificate first", Assert.Throws<CryptographicException>(() => ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem(), null, chain.Pem)).Message);
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static ModelSigningKey Signing(ECDsa key) => ModelSigningKey.FromPem(key.ExportPkcs8PrivateKeyPem());

    private static SigningOptions Trust(ECDsa key)
    {
        var trusted = new SigningOptions();
        trusted.Keys["a"] = key.ExportSubjectPublicKeyInfoPem();
        return trusted;
    }

    private async Task<string> SignAsync(ECDsa key, ModelSignatureOptions? options = null)
    {
        using var signing = Signing(key);
        return await ModelSigner.SignAsync(Model, signing, options);
    }

    private void Edit(Action<JsonNode> edit)
    {
        JsonNode bundle = JsonNode.Parse(File.ReadAllText(Bundle))!;
        edit(bundle);
        File.WriteAllText(Bundle, bundle.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }
}
