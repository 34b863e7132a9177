using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Inference.Decisions;
using Inference.TestSupport;
using Inference.Versioning.Manifest;
using Inference.Versioning.Signing;

namespace Inference.Versioning.Tests.Signing;

/// <summary>Damaged bundles, manifests and logs: none is accepted with another content, and none ends in an error other than ours. INFERENCE_MUTATIONS sets their number; eng/signing-fuzz.sh runs many.</summary>
public sealed class MutationTests : IDisposable
{
    private const string Content = """{ "labels": [ "stable" ], "golden": { "cases": [ { "inputs": { "x": { "shape": [1, 4], "data": [7, 1, 2, 3] } }, "outputs": { "y": { "shape": [1, 2], "data": [1013, 15] } } } ] } }""";

    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("INFERENCE_MUTATIONS"), CultureInfo.InvariantCulture, out int count) ? count : 1000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("INFERENCE_MUTATION_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 1;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Bundles_AreRefused_OrStateTheSame()
    {
        using var signing = ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem());
        var bundles = new List<byte[]>();
        foreach (string name in new[] { "a", "b" })
        {
            Directory.CreateDirectory(_folder.File(name));
            File.WriteAllText(_folder.File(name, "model.onnx"), name);
            bundles.Add(File.ReadAllBytes(await ModelSigner.SignAsync(_folder.File(name), signing, new ModelSignatureOptions { ModelName = "ranker", Version = name })));
        }

        using var keys = new TrustedKeys(Trust(), DateTimeOffset.UtcNow);
        byte[][] statements = [.. bundles.Select(b => BundleReader.Read(b).Payload)];
        var mutator = new Mutator(Seed);
        int same = 0;
        for (int i = 0; i < Count; i++)
        {
            byte[] mutant = mutator.Mutate(bundles[i % 2], bundles[1 - (i % 2)]);
            try
            {
                BundleVerifier.Verify(mutant, keys, DateTimeOffset.UtcNow, out _);
            }
            catch (Exception exception) when (exception is FormatException or UnsupportedModelException)
            {
                continue;
            }

            // What is not signed (spaces between members) may differ; what is signed may not, and is one of the two that were.
            Assert.Contains(statements, s => s.AsSpan().SequenceEqual(BundleReader.Read(mutant).Payload));
            same++;
        }

        Assert.InRange(same, 0, Count / 10);
    }

    [Fact]
    public async Task Manifests_AreRefused_OrStateTheSame()
    {
        var manifests = new List<byte[]>();
        foreach (string version in new[] { "1", "2" })
        {
            Directory.CreateDirectory(_folder.File(version));
            File.WriteAllText(_folder.File(version, "model.onnx"), version);
            File.WriteAllText(_folder.File(version, "manifest.json"), Content);
            await ManifestSigner.SignAsync(_folder.File(version), "ranker", _key, "ci");
            manifests.Add(File.ReadAllBytes(_folder.File(version, "manifest.json")));
        }

        using var keys = new TrustedKeys(Trust(), DateTimeOffset.UtcNow);
        byte[] wanted = JsonSerializer.SerializeToUtf8Bytes(ManifestReader.Read(_folder.File("1"))!, ManifestJson.Default.ModelManifest);
        var mutator = new Mutator(Seed + 1);
        int same = 0;
        for (int i = 0; i < Count; i++)
        {
            File.WriteAllBytes(_folder.File("1", "manifest.json"), mutator.Mutate(manifests[0], manifests[1]));
            ModelManifest? manifest;
            try
            {
                manifest = ManifestReader.Read(_folder.File("1"));
                if (manifest?.Signature is null)
                {
                    continue;
                }

                ManifestSigner.VerifySignature(manifest, keys, _folder.File("1"), "ranker");
            }
            catch (Exception exception) when (exception is ModelLoadException or FormatException)
            {
                continue;
            }

            Assert.Equal(wanted, JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest));
            same++;
        }

        Assert.InRange(same, 0, Count / 4);
    }

    [Fact]
    public void Logs_AreBroken_OrTheSame()
    {
        using var signing = ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem());
        byte[][] logs = [Log(signing, "ann"), Log(signing, "eve")];
        RepositoryState state = new();
        File.WriteAllBytes(_folder.File("decisions.jsonl"), logs[0]);
        var file = new DecisionFile(_folder.File("decisions.jsonl"));
        file.Read(0);
        File.WriteAllBytes(_folder.File("state.json"), StateJson.File(new StateFile(file.Head!.Sequence, file.Head.Hash, state)));
        Assert.True(DecisionLogVerifier.Verify(_folder.Path, Trust()).IsIntact);
        var mutator = new Mutator(Seed + 2);
        for (int i = 0; i < Count; i++)
        {
            byte[] mutant = mutator.Mutate(logs[0], logs[1]);
            File.WriteAllBytes(_folder.File("decisions.jsonl"), mutant);
            DecisionLogReport report = DecisionLogVerifier.Verify(_folder.Path, Trust());
            bool isSame = mutant.AsSpan(0, mutant.AsSpan().LastIndexOf((byte)'\n') + 1).SequenceEqual(logs[0]);
            Assert.True(report.IsIntact == isSame, $"mutant {i}: {report.Fault}");
        }
    }

    /// <summary>Files beyond their limits are refused by their length, before they are read.</summary>
    [Fact]
    public void Files_BeyondTheirLimits_AreRefusedUnread()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach ((string name, long length) in new[] { ("model.sig", 33L << 20), ("decisions.jsonl", 257L << 20) })
        {
            using FileStream stream = File.Create(_folder.File(name));
            stream.SetLength(length);
        }

        Assert.Throws<FormatException>(() => ModelSigner.ReadBundle(_folder.File("model.sig")));
        Assert.Contains("expected at most", DecisionLogVerifier.Verify(_folder.File("decisions.jsonl")).Fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>A folder signed by npm's @sigstore/sign with a local key; eng/signing.sh made it.</summary>
    [Fact]
    public async Task Bundle_OfAnotherProgram_Verifies()
    {
        var trusted = new SigningOptions();
        string fixture = Path.Combine(AppContext.BaseDirectory, "Signing", "Fixture");
        trusted.Keys["theirs"] = File.ReadAllText(Path.Combine(fixture, "key.pub"));
        VerifiedModel verified = await ModelSigner.VerifyAsync(Path.Combine(fixture, "model"), trusted);
        Assert.Equal(["data/weights.bin", "empty", "model.onnx"], verified.Files.Keys.Order(StringComparer.Ordinal));
        trusted.Keys["theirs"] = _key.ExportSubjectPublicKeyInfoPem();
        await Assert.ThrowsAsync<ModelLoadException>(async () => await ModelSigner.VerifyAsync(Path.Combine(fixture, "model"), trusted));
    }

    private SigningOptions Trust()
    {
        var trusted = new SigningOptions();
        trusted.Keys["ci"] = _key.ExportSubjectPublicKeyInfoPem();
        return trusted;
    }

    private static byte[] Log(ModelSigningKey key, string actor)
    {
        Decision? head = null;
        var bytes = new List<byte>();
        for (int i = 1; i <= 12; i++)
        {
            DateTimeOffset at = DateTimeOffset.UnixEpoch + TimeSpan.FromHours(i);
            head = i % 4 == 0
                ? Versioning.State.LogSignature.Sign(key, "ranker", head!, at, "4 records")
                : new Decision { At = at, Action = "promote", Version = i.ToString(CultureInfo.InvariantCulture), Actor = actor, Reason = "test \"ü\"", Facts = new Dictionary<string, string> { ["stamp"] = "s" + i, ["label"] = "x\ny" } }.After(head);
            bytes.AddRange([.. StateJson.Line(head), (byte)'\n']);
        }

        return [.. bytes];
    }
}
