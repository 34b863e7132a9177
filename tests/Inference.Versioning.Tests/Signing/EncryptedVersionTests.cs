using System.Globalization;
using System.Security.Cryptography;
using Inference.Benchmarks.Soak;
using Inference.Decisions;
using Inference.Security;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Versioning.Tests.Signing;

/// <summary>Encrypted models as versions, on the managed engine: with required signatures, golden rows and a canary, under keys that rotate.</summary>
public sealed class EncryptedVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly float[] _row = [.. Enumerable.Range(0, SoakModel.Features).Select(static i => i / 8f - 1)];

    private string Root => _folder.File("repository");

    public void Dispose()
    {
        _signing.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Versions_EncryptedAndSigned_ServeWithTheDigestOfTheModelAndTheKeyOfTheFile()
    {
        IModelKeyProvider old = Key("old");
        IModelKeyProvider next = Key("next");
        string first = await PublishAsync("1", 1, old);
        await using ServiceProvider services = Services(ModelKeys.Ring(next, old));
        var runner = services.GetRequiredKeyedService<IModelRunner>("ranker");
        await runner.EnsureLoadedAsync();
        Assert.Equal(("1", first, "old"), (runner.Info.Version, runner.Info.Digest, runner.Info.KeyId));

        string second = await PublishAsync("2", 2, next);
        IModelVersions versions = runner.GetService<IModelVersions>()!;
        await versions.RefreshAsync();
        Assert.Equal("2", versions.Canary?.Version);
        var served = new Dictionary<string, int>();
        for (int i = 0; i < 64; i++)
        {
            var context = new RunContext { RoutingKey = i.ToString(CultureInfo.InvariantCulture) };
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy(_row, [1, SoakModel.Features]) };
            using NamedValues outputs = await runner.RunAsync(inputs, context);
            string version = context.Record.VersionServed!;
            Assert.Equal(Answer(int.Parse(version, CultureInfo.InvariantCulture)), outputs["y"].AsSpan<float>().ToArray());
            served[version] = served.GetValueOrDefault(version) + 1;
        }

        Assert.Equal(["1", "2"], served.Keys.Order(StringComparer.Ordinal));
        await versions.PromoteAsync("2", "ann", "test");
        Assert.Equal(("2", second, "next"), (runner.Info.Version, runner.Info.Digest, runner.Info.KeyId));
        IReadOnlyList<Decision> log = await versions.ReadAuditAsync();
        Assert.Equal(
            ["1 old ci " + first, "2 next ci " + second],
            log.Where(r => r.Action == DecisionActions.Load).Select(r => $"{r.Version} {r.Facts["encryptionKey"]} {r.Facts["key"]} {r.Facts["digest"]}"));

        // Only ciphertext, manifests, signatures and the log.
        byte[] weights = SoakModel.Make(2)[^64..];
        Assert.All(Directory.GetFiles(Root, "*", SearchOption.AllDirectories), f => Assert.Equal(-1, File.ReadAllBytes(f).AsSpan().IndexOf(weights.AsSpan(0, 16))));
    }

    [Theory]
    [InlineData("no key", "expected a key provider, got none")]
    [InlineData("other key", "expected the key 'other', got 'k'")]
    [InlineData("other golden rows", "golden case 0, output 'y'")]
    [InlineData("encrypted anew", "file 'model.onnx': expected SHA-256")]
    [InlineData("other digest", "the loaded model has")]
    public async Task Version_ThatDoesNotFit_IsRefusedAndTheOneBeforeServes(string how, string expected)
    {
        IModelKeyProvider key = Key("k");
        await PublishAsync("1", 1, how == "no key" ? null : key);
        await using ServiceProvider services = Services(how == "no key" ? null : key);
        var runner = services.GetRequiredKeyedService<IModelRunner>("ranker");
        await runner.EnsureLoadedAsync();
        await PublishAsync("2", 2, how == "other key" ? Key("other") : key, how switch { "other golden rows" => 1, _ => 2 }, how == "other digest" ? new string('0', 64) : null);
        if (how == "encrypted anew")
        {
            // The same model under the same key: what was signed is the file.
            File.WriteAllBytes(_folder.File("plain.onnx"), SoakModel.Make(2));
            await ModelEncryption.EncryptAsync(_folder.File("plain.onnx"), Path.Combine(Root, "2", "model.onnx"), key);
        }

        IModelVersions versions = runner.GetService<IModelVersions>()!;
        await versions.RefreshAsync();
        Assert.Equal("1", runner.Info.Version);
        Assert.Contains(expected, versions.Versions.Single(v => v.Version == "2").Error);
    }

    private static float[] Answer(int seed, float[] row)
    {
        using IModelRunner plain = ModelRunner.Load(ModelSource.Bytes(SoakModel.Make(seed)));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(row, [1, SoakModel.Features]) };
        using NamedValues outputs = plain.Run(inputs);
        return outputs["y"].AsSpan<float>().ToArray();
    }

    private float[] Answer(int seed) => Answer(seed, _row);

    private IModelKeyProvider Key(string id)
    {
        string path = _folder.File(id + ".key");
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(32));
        return ModelKeys.FromFile(path, id, requirePrivate: false);
    }

    private ServiceProvider Services(IModelKeyProvider? keys)
    {
        var services = new ServiceCollection();
        if (keys is not null)
        {
            services.AddSingleton(keys);
        }

        services.AddModel("ranker", o => o.Source = ModelSource.Directory(Root)).UseVersioning(o =>
        {
            (o.Watch, o.Rollout, o.RequireGoldenRows) = (false, RolloutMode.Canary, true);
            (o.Canary.Percent, o.Canary.ShadowWarmupCalls, o.Canary.CompareLatency) = (50, 0, false);
            o.Signing.Required = true;
            o.Signing.Keys["ci"] = _signing.ExportSubjectPublicKeyInfoPem();
        });
        return services.BuildServiceProvider();
    }

    // Written aside, signed, then renamed. Returns the digest of the plain model.
    private async Task<string> PublishAsync(string version, int seed, IModelKeyProvider? keys, int? goldenOf = null, string? digest = null)
    {
        string plain = _folder.File("plain.onnx");
        File.WriteAllBytes(plain, SoakModel.Make(seed));
        string own;
        using (IModelRunner runner = ModelRunner.Load(plain))
        {
            own = runner.Info.Digest;
        }

        string aside = Directory.CreateDirectory(_folder.File("aside" + version)).FullName;
        if (keys is null)
        {
            File.Copy(plain, Path.Combine(aside, "model.onnx"));
        }
        else
        {
            await ModelEncryption.EncryptAsync(plain, Path.Combine(aside, "model.onnx"), keys);
        }

        File.Delete(plain);
        string Numbers(float[] values) => string.Join(", ", values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));
        File.WriteAllText(Path.Combine(aside, "manifest.json"), $$"""
            { "digest": "sha256:{{digest ?? own}}", "golden": { "cases": [ { "inputs": { "x": { "shape": [1, {{SoakModel.Features}}], "data": [{{Numbers(_row)}}] } },
              "outputs": { "y": { "shape": [1, {{SoakModel.Outputs}}], "data": [{{Numbers(Answer(goldenOf ?? seed))}}] } } } ] } }
            """);
        using var signer = ModelSigningKey.FromPem(_signing.ExportPkcs8PrivateKeyPem());
        await ModelSigner.SignAsync(aside, signer, new ModelSignatureOptions { ModelName = "ranker", Version = version });
        Directory.CreateDirectory(Root);
        Directory.Move(aside, Path.Combine(Root, version));
        return own;
    }
}
