using System.Security.Cryptography;
using Inference.TestSupport;
using Inference.Versioning.Manifest;

namespace Inference.Versioning.Tests;

public sealed class ManifestTests : IDisposable
{
    private const string Golden = """
        { "golden": { "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [7, 1, 2, 3] } }, "outputs": { "y": { "shape": [1, 2], "data": [WANT, 15] } } } ] } }
        """;

    private static readonly string s_zeros = new('0', 64);

    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task GoldenRows_Reproduced_Serves()
    {
        _repository.Publish("1", manifest: Golden.Replace("WANT", "1013"));
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.RequireGoldenRows, o.WarmupRuns) = (true, 2));
        Assert.Equal("1", runner.Versions.DefaultVersion);
        Assert.Equal(3, _repository.Runner("1").Calls);
    }

    [Fact]
    public async Task GoldenRows_Different_NeverServes()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        _repository.Publish("2", manifest: Golden.Replace("WANT", "2020"));
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", runner.Versions.DefaultVersion);
        Assert.Contains("refused at gate GoldenRows: Model 'ranker', version '2', golden case 0, output 'y': element 0: expected 2020 ± 2.02, got 2013.", runner.Description);
        await Eventually.TrueAsync(() => _repository.Runner("2").DisposeCount == 1);
    }

    [Fact]
    public async Task GoldenRows_RequiredAndMissing_IsRefused()
    {
        _repository.Publish("1");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync(o => o.RequireGoldenRows = true));
        Assert.Contains("expected golden rows because RequireGoldenRows is true", error.Message);
    }

    /// <summary>Rows that any model passes prove nothing.</summary>
    [Theory]
    [InlineData("{}", "golden case 0: expected outputs because RequireGoldenRows is set, got none")]
    [InlineData("""{ "y": { "shape": [0, 2], "data": [] } }""", "golden output 'y': expected elements because RequireGoldenRows is set, got empty tensors")]
    [InlineData("""{ "y": { "shape": [1, 2], "data": [1013, 15] } }""", "expected 'absoluteTolerance' of the golden rows to be at most 1 (MaxGoldenAbsoluteTolerance), got 1E+308", "1e308", "0.001")]
    [InlineData("""{ "y": { "shape": [1, 2], "data": [1013, 15] } }""", "expected 'relativeTolerance' of the golden rows to be at most 0.1 (MaxGoldenRelativeTolerance), got 0.9", "0", "0.9")]
    [InlineData("""{ "y": { "shape": [1, 2], "data": [15, 15.5] } }""", "got tolerances that a constant satisfies: the expected output lies between 15 and 15.5", "0.5", "0")]
    [InlineData("""{ "y": { "shape": [1, 2], "data": [0.25, 0.25] } }""", "the expected output is 0.25, and with the tolerances 0.5 + 0 · |expected| the constant 0 passes everywhere", "0.5", "0")]
    [InlineData("""{ "z": { "shape": [1, 2], "data": [1013, 15] } }""", "golden case 0: expected an output of the model ('y'), got 'z'")]
    public async Task GoldenRows_RequiredAndVacuous_AreRefused(string outputs, string expected, string absolute = "1e-6", string relative = "1e-3")
    {
        _repository.Publish("1", manifest: $$"""
            { "golden": { "relativeTolerance": {{relative}}, "absoluteTolerance": {{absolute}}, "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [7, 1, 2, 3] } }, "outputs": {{outputs}} } ] } }
            """);
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync(o => o.RequireGoldenRows = true));
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("\"inputs\": {}", "golden case 0: expected inputs because RequireGoldenRows is set, got none")]
    [InlineData("\"inputs\": null", "golden case 0: expected inputs and outputs with tensors, got null")]
    [InlineData("\"inputs\": { \"x\": null }", "golden case 0: expected inputs and outputs with tensors, got null")]
    [InlineData("\"inputs\": { \"w\": { \"shape\": [1], \"data\": [1] } }", "golden case 0: expected an input of the model ('x'), got 'w'")]
    public async Task GoldenRows_InputsThatAreNone_AreRefused(string inputs, string expected)
    {
        _repository.Publish("1", manifest: $$"""{ "golden": { "cases": [ { {{inputs}}, "outputs": { "y": { "shape": [1, 2], "data": [1013, 15] } } } ] } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync(o => o.RequireGoldenRows = true));
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("\"relativeTolerance\": -1", "expected 'relativeTolerance' of the golden rows to be a finite number, 0 or more, got -1")]
    [InlineData("\"absoluteTolerance\": 1e999", "expected 'absoluteTolerance' of the golden rows to be a finite number")]
    [InlineData("\"absoluteTolerance\": \"NaN\"", "the golden rows cannot be read")]
    [InlineData("\"cases\": null", "expected 'cases' of the golden rows, got null")]
    [InlineData("\"cases\": [null]", "golden case 0: expected inputs and outputs with tensors, got null")]
    public async Task GoldenRows_Malformed_AreRefusedThoughNotRequired(string golden, string expected)
    {
        _repository.Publish("1", manifest: $$"""{ "golden": { {{golden}} } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains(expected, error.Message);
    }

    /// <summary>What varies more than its tolerance, and what is compared exactly, is accepted; the option's bounds may be raised.</summary>
    [Theory]
    [InlineData("1013, 15", 0.1, 1)]
    [InlineData("1013.5, 15", 0.1, 1)]
    [InlineData("1000, 15", 0.1, 20)]
    public async Task GoldenRows_ThatAWrongModelFails_Serve(string data, double relative, double absolute)
    {
        _repository.Publish("1", manifest: FormattableString.Invariant($$"""
            { "golden": { "relativeTolerance": {{relative}}, "absoluteTolerance": {{absolute}}, "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [7, 1, 2, 3] } }, "outputs": { "y": { "shape": [1, 2], "data": [{{data}}] } } } ] } }
            """));
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.RequireGoldenRows, o.MaxGoldenAbsoluteTolerance) = (true, 50));
        Assert.Equal("1", runner.Versions.DefaultVersion);
    }

    [Theory]
    [InlineData("""{ "golden": { "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [1] } } } ] } }""", "expected 'data' to be an array of 4 elements for float32[1,4], got 1")]
    [InlineData("""{ "golden": { "cases": [ { "inputs": { "x": { "type": "float33", "shape": [1], "data": [1] } } } ] } }""", "expected an element type such as 'float32', 'int64' or 'string', got 'float33'")]
    [InlineData("""{ "golden": { "cases": [ { "inputs": { "x": { "shape": [1], "base64": "AAA=" } } } ] } }""", "expected 4 bytes for float32[1], got 2")]
    [InlineData("""{ "format": 7 }""", "expected format 1, got 7")]
    [InlineData("{ half", "cannot be read")]
    public async Task Manifest_Malformed_SaysWhere(string manifest, string expected)
    {
        _repository.Publish("1", manifest: manifest);
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public async Task Digest_OfTheLoadedModel_MustMatch()
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData("1"u8));
        _repository.Publish("1", manifest: $$"""{ "digest": "sha256:{{digest}}" }""");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        _repository.Publish("2", manifest: $$"""{ "digest": "{{digest}}" }""");
        await runner.Versions.RefreshAsync();
        Assert.Contains("refused at gate Digest", runner.Description);
    }

    [Fact]
    public async Task Files_Damaged_AreRefusedBeforeTheModelIsParsed()
    {
        _repository.Publish("1", manifest: $$"""{ "files": { "model.onnx": "{{s_zeros}}" } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains($"file 'model.onnx': expected SHA-256 {s_zeros}, got", error.Message);
        Assert.Equal(0, _repository.Loader.Loads);
    }

    /// <summary>What is no SHA-256 could never be that of a file: the manifest is wrong, not the file.</summary>
    [Theory]
    [InlineData("00")]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("md5:ZEROS")]
    [InlineData("ZEROS0")]
    [InlineData("sha256:sha256:ZEROS")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public async Task Digests_NotOfSixtyFourDigits_AreRefused(string digest)
    {
        string text = digest.Replace("ZEROS", s_zeros);
        _repository.Publish("1", manifest: $$"""{ "files": { "model.onnx": "{{text}}" } }""");
        Assert.Contains($"file 'model.onnx': expected a SHA-256 (64 hexadecimal digits), got '{text}'", (await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync())).Message);
        if (text.Length > 0)
        {
            _repository.Publish("1", manifest: $$"""{ "digest": "{{text}}" }""");
            Assert.Contains($"'digest': expected a SHA-256 (64 hexadecimal digits), got '{text}'", (await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync())).Message);
        }

        Assert.Equal(0, _repository.Loader.Loads);
    }

    [Fact]
    public async Task Files_OutsideTheVersion_AreRefused()
    {
        _repository.Publish("1", manifest: $$"""{ "files": { "../../secret": "{{s_zeros}}" } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains("expected file '../../secret' of the manifest in the version's directory", error.Message);
    }

    [Fact]
    public async Task Profile_NamedByTheManifest_IsFoundByStagesAndSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string directory = _repository.Publish("1", manifest: $$"""{ "profile": { "file": "ranker.profile", "sha256": "{{s_zeros}}" } }""");
        File.WriteAllText(Path.Combine(directory, "ranker.profile"), "profile");
        await ManifestSigner.SignAsync(directory, "ranker", key, "ci");
        await using (VersionedModelRunner runner = await _repository.OpenAsync(o => Trust(o, key)))
        {
            var version = (IModelRunner)runner.GetService(typeof(IModelRunner), "1")!;
            ModelFile file = ((IModelFiles)version.GetService(typeof(IModelFiles))!).Find(ModelFile.Profile)!;
            Assert.Equal(Path.Combine(directory, "ranker.profile"), file.Path);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("profile"u8)), file.Sha256);
        }

        string manifest = Path.Combine(directory, "manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"file\": \"ranker.profile\"", "\"file\": \"model.onnx\""));
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync(o => Trust(o, key)));
        Assert.Contains("the signature by key 'ci' is not valid", error.Message);
    }

    [Theory]
    [InlineData("../other.profile", "ZEROS")]
    [InlineData("ranker.profile", "")]
    [InlineData("ranker.profile", "00")]
    [InlineData("", "ZEROS")]
    public async Task Profile_OutsideTheVersionOrWithoutDigest_IsRefused(string file, string digest)
    {
        _repository.Publish("1", manifest: $$"""{ "profile": { "file": "{{file}}", "sha256": "{{digest.Replace("ZEROS", s_zeros)}}" } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains("'profile': expected a 'file' in the version's directory and its 'sha256'", error.Message);
    }

    [Fact]
    public async Task Signature_ValidOne_Serves()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string directory = _repository.Publish("1", manifest: Golden.Replace("WANT", "1013"));
        await ManifestSigner.SignAsync(directory, "ranker", key, "ci");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => Trust(o, key));
        Assert.Equal("1", runner.Versions.DefaultVersion);
    }

    [Theory]
    [InlineData("missing", "expected a signature")]
    [InlineData("other model", "the signature by key 'ci' is not valid for model 'ranker'")]
    [InlineData("other version", "the signature by key 'ci' is not valid")]
    [InlineData("other key", "the signature by key 'ci' is not valid")]
    [InlineData("unknown key", "expected a signature by a key in Signing.Keys ('ci'), got key 'else'")]
    [InlineData("golden changed", "the signature by key 'ci' is not valid")]
    [InlineData("file added", "file 'extra.bin' is not covered by the signature")]
    [InlineData("model changed", "expected SHA-256")]
    public async Task Signature_NotValid_NeverServes(string how, string expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string directory = _repository.Publish(how == "other version" ? "0" : "1", manifest: Golden.Replace("WANT", "1013"));
        if (how != "missing")
        {
            await ManifestSigner.SignAsync(directory, how == "other model" ? "else" : "ranker", how == "other key" ? other : key, how == "unknown key" ? "else" : "ci");
        }

        string manifest = Path.Combine(directory, "manifest.json");
        switch (how)
        {
            case "other version":
                Directory.Move(directory, Path.Combine(_repository.Root, "1"));
                break;
            case "golden changed":
                File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("1013", "1014"));
                break;
            case "file added":
                File.WriteAllText(Path.Combine(directory, "extra.bin"), "x");
                break;
            case "model changed":
                File.WriteAllText(Path.Combine(directory, "model.onnx"), "1.0");
                break;
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync(o => Trust(o, key)));
        Assert.Contains(expected, error.Message);
        Assert.Equal(0, _repository.Loader.Loads);
    }

    [Fact]
    public void GoldenTensor_EveryType_ComesBack()
    {
        TensorValue[] tensors =
        [
            TensorValue.Copy<float>([1, float.NaN], [2]), TensorValue.Copy<double>([1.5], [1]), TensorValue.Copy<Half>([(Half)2], [1]), TensorValue.Copy<long>([-3, 4], [1, 2]),
            TensorValue.Copy<byte>([1, 2], [2]), TensorValue.Copy<bool>([true, false], [2]), TensorValue.Copy<string>(["a", "ü"], [2]), TensorValue.Copy<BFloat16>([(BFloat16)1f], [1]),
        ];
        foreach (TensorValue tensor in tensors)
        {
            using TensorValue back = GoldenTensor.From(tensor).ToTensor("test");
            Assert.Null(ValueDifference.Find(back, tensor, 0, 0, out _));
            tensor.Dispose();
        }
    }

    private static void Trust(VersioningOptions options, ECDsa key)
    {
        options.Signing.Required = true;
        options.Signing.Keys["ci"] = key.ExportSubjectPublicKeyInfoPem();
    }
}
