using System.Security.Cryptography;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

public sealed class ManifestTests : IDisposable
{
    private const string Golden = """
        { "golden": { "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [7, 1, 2, 3] } }, "outputs": { "y": { "shape": [1, 2], "data": [WANT, 15] } } } ] } }
        """;

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
        _repository.Publish("1", manifest: """{ "files": { "model.onnx": "00" } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains("file 'model.onnx': expected SHA-256 00, got", error.Message);
        Assert.Equal(0, _repository.Loader.Loads);
    }

    [Fact]
    public async Task Files_OutsideTheVersion_AreRefused()
    {
        _repository.Publish("1", manifest: """{ "files": { "../../secret": "00" } }""");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains("expected file '../../secret' of the manifest in the version's directory", error.Message);
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
