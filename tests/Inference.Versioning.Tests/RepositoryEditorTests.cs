using System.Security.Cryptography;
using System.Text.Json;
using Inference.Decisions;
using Inference.Status;

namespace Inference.Versioning.Tests;

/// <summary>Versions are published and decided about from outside the process that serves them.</summary>
public sealed class RepositoryEditorTests : IDisposable
{
    private readonly TempRepository _repository = new();
    private readonly string _aside = Directory.CreateTempSubdirectory("inference-publish").FullName;

    public void Dispose()
    {
        _repository.Dispose();
        Directory.Delete(_aside, recursive: true);
    }

    [Fact]
    public async Task Publish_WholeRequest_IsServedWithItsLineage()
    {
        using RepositoryEditor editor = Edit();
        _repository.Publish("7");
        VersionRecord published = await editor.PublishAsync(new PublishRequest
        {
            Model = Model("8"),
            ExternalFiles = [File("weights/w.bin", "weights")],
            Actor = "ann",
            Reason = "better",
            DataDigest = "sha256:da7a",
            Commit = "c0ffee",
            ConfigurationFile = Path.Combine(_aside, File("train.yaml", "rate: 0.1")),
            ProfileFile = Path.Combine(_aside, File("ranker.profile", "profile")),
            CheckFile = Path.Combine(_aside, File("check.json", """{"passed":true,"rules":[{"name":"auc"}]}""")),
            Optimization = """{"verb":"quantize"}""",
            Tool = "test 1",
        });
        Assert.Equal("8", published.Version);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData("8"u8)), published.Digest);
        VersionRecord listed = (await editor.ListAsync()).Single(v => v.Version == "8");
        ModelLineage lineage = listed.Lineage!;
        Assert.Equal(("7", "sha256:da7a", "c0ffee", "ann", "better", "test 1"), (lineage.Parent, lineage.Data, lineage.Commit, lineage.PublishedBy, lineage.Reason, lineage.Tool));
        Assert.Equal(("train.yaml", "rate: 0.1", Convert.ToHexStringLower(SHA256.HashData("rate: 0.1"u8))), (lineage.Configuration!.Name, lineage.Configuration.Text, lineage.Configuration.Sha256));
        Assert.Equal("auc", lineage.Check!.Value.GetProperty("rules")[0].GetProperty("name").GetString());
        Assert.Equal("quantize", lineage.Optimization!.Value.GetProperty("verb").GetString());
        Assert.True(lineage.HasPassed);
        Assert.Equal(_repository.Clock.GetUtcNow(), lineage.PublishedAt);
        Assert.Equal("weights", System.IO.File.ReadAllText(Path.Combine(_repository.Root, "8", "weights", "w.bin")));
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        Assert.Equal("8", await TempRepository.ServedAsync(runner));
        IReadOnlyDictionary<string, string> facts = runner.Versions.Versions.Single(v => v.Version == "8").Lineage;
        Assert.Equal(("7", "c0ffee", "passed", "ann"), (facts["parent"], facts["commit"], facts["check"], facts["published by"]));
        Decision record = Assert.Single(await runner.Versions.ReadAuditAsync(), d => d.Action == DecisionActions.Publish);
        Assert.Equal(("8", "7", "ann", "better"), (record.Version, record.From, record.Actor, record.Reason));
    }

    [Fact]
    public async Task Publish_NoVersion_TakesTheNextNumberAndNeverOverwrites()
    {
        using RepositoryEditor editor = Edit();
        Assert.Equal("1", (await PublishAsync(editor, "1")).Version);
        Assert.Equal("2", (await PublishAsync(editor, "2")).Version);
        Directory.CreateDirectory(Path.Combine(_repository.Root, "v9"));
        Assert.Equal("10", (await PublishAsync(editor, "3")).Version);
        Assert.Equal("1.5", (await PublishAsync(editor, "4", "1.5")).Version);
        ModelLoadException taken = await Assert.ThrowsAsync<ModelLoadException>(async () => await PublishAsync(editor, "5", "2"));
        Assert.Contains("got '2'. Versions are never overwritten", taken.Message, StringComparison.Ordinal);
        Directory.CreateSymbolicLink(Path.Combine(_repository.Root, "20"), Path.Combine(_aside, "nowhere"));
        await Assert.ThrowsAsync<ModelLoadException>(async () => await PublishAsync(editor, "5", "20"));
        Assert.Equal("2", System.IO.File.ReadAllText(Path.Combine(_repository.Root, "2", "model.onnx")));
        Assert.Equal([".lock", ".lock.holder"], Staged());
    }

    [Fact]
    public async Task Publish_DoesNotPassAGate_LeavesNothing()
    {
        using RepositoryEditor editor = Edit();
        VersionRefusedException refused = await Assert.ThrowsAsync<VersionRefusedException>(async () => await PublishAsync(editor, "corrupt"));
        Assert.Equal(VersionGate.Load, refused.Gate);
        string golden = Path.Combine(_aside, File("golden.json", """{"cases":[{"inputs":{"x":{"shape":[1,2],"data":[1]}},"outputs":{}}]}"""));
        refused = await Assert.ThrowsAsync<VersionRefusedException>(async () => await editor.PublishAsync(new PublishRequest { Model = Model("1"), GoldenFile = golden, Actor = "ann", Reason = "try" }));
        Assert.Equal(VersionGate.GoldenRows, refused.Gate);
        Assert.Empty(await editor.ListAsync());
        Assert.Equal([".lock", ".lock.holder"], Staged());
    }

    [Theory]
    [InlineData("""{"passed":false}""", "got false")]
    [InlineData("""{"verdict":"fine"}""", "got a verdict without it")]
    [InlineData("""{"passed":"true"}""", "got a verdict without it")]
    public async Task Publish_CheckDidNotPass_IsRefused(string verdict, string expected)
    {
        using RepositoryEditor editor = Edit();
        string check = Path.Combine(_aside, File("check.json", verdict));
        CheckRefusedException refused = await Assert.ThrowsAsync<CheckRefusedException>(async () => await editor.PublishAsync(new PublishRequest { Model = Model("1"), CheckFile = check, Actor = "ann", Reason = "try" }));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await editor.ListAsync());
    }

    [Fact]
    public async Task Publish_CheckIsOfAnotherModel_IsRefused()
    {
        using RepositoryEditor editor = Edit();
        string digest = Convert.ToHexStringLower(SHA256.HashData("1"u8));
        string check = Path.Combine(_aside, File("check.json", $$$"""{"passed":true,"candidate":{"digest":"{{{digest}}}"}}"""));
        CheckRefusedException refused = await Assert.ThrowsAsync<CheckRefusedException>(async () => await editor.PublishAsync(new PublishRequest { Model = Model("2"), CheckFile = check, Actor = "ann", Reason = "try" }));
        Assert.Contains($"got one of {digest}", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await editor.ListAsync());
        Assert.True((await editor.PublishAsync(new PublishRequest { Model = Model("1"), CheckFile = check, Actor = "ann", Reason = "try" })).Lineage!.HasPassed);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("""{"passed":true,"passed":false}""")]
    [InlineData("""{"passed":""")]
    public async Task Publish_CheckIsNotAVerdict_IsRefused(string verdict)
    {
        using RepositoryEditor editor = Edit();
        string check = Path.Combine(_aside, File("check.json", verdict));
        await Assert.ThrowsAsync<ModelLoadException>(async () => await editor.PublishAsync(new PublishRequest { Model = Model("1"), CheckFile = check, Actor = "ann", Reason = "try" }));
    }

    [Theory]
    [InlineData("../w.bin")]
    [InlineData("a/../../w.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("manifest.json")]
    [InlineData("model.sig")]
    [InlineData("model.onnx")]
    public async Task Publish_ExternalFileOutsideOrTaken_IsRefused(string name)
    {
        using RepositoryEditor editor = Edit();
        string folder = Directory.CreateDirectory(Path.Combine(_aside, "a")).FullName;
        System.IO.File.WriteAllText(Path.Combine(folder, "model.onnx"), "1");
        foreach (string file in new[] { "w.bin", "a/manifest.json", "a/model.sig" })
        {
            System.IO.File.WriteAllText(Path.Combine(_aside, file), "x");
        }

        Directory.CreateDirectory(Path.Combine(folder, "a"));
        ModelLoadException refused = await Assert.ThrowsAsync<ModelLoadException>(async () =>
            await editor.PublishAsync(new PublishRequest { Model = Path.Combine(folder, "model.onnx"), ExternalFiles = [name], Actor = "ann", Reason = "try" }));
        Assert.Contains("expected a", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await editor.ListAsync());
    }

    [Fact]
    public async Task Publish_DeadPublisherLeftParts_AreRemovedAndNeverListed()
    {
        using RepositoryEditor editor = Edit();
        string left = Directory.CreateDirectory(Path.Combine(_repository.Root, ".publish", "1")).FullName;
        System.IO.File.WriteAllText(Path.Combine(left, "model.onnx"), "corrupt");
        Assert.Empty(await editor.ListAsync());
        Assert.Equal("1", (await PublishAsync(editor, "1")).Version);
        Assert.Equal([".lock", ".lock.holder"], Staged());
    }

    [Fact]
    public async Task Publish_StagingFolderIsALink_IsRefused()
    {
        using RepositoryEditor editor = Edit();
        string elsewhere = Directory.CreateDirectory(Path.Combine(_aside, "elsewhere")).FullName;
        System.IO.File.WriteAllText(Path.Combine(elsewhere, "precious"), "x");
        Directory.CreateSymbolicLink(Path.Combine(_repository.Root, ".publish"), elsewhere);
        ModelLoadException refused = await Assert.ThrowsAsync<ModelLoadException>(async () => await PublishAsync(editor, "1"));
        Assert.Contains("is a symbolic link", refused.Message, StringComparison.Ordinal);
        Assert.True(System.IO.File.Exists(Path.Combine(elsewhere, "precious")));
    }

    [Fact]
    public async Task Publish_RepositoryFolderIsALink_IsTheSameRepository()
    {
        string link = Path.Combine(_aside, "linked");
        Directory.CreateSymbolicLink(link, _repository.Root);
        using RepositoryEditor linked = Edit(link);
        using RepositoryEditor direct = Edit();
        await PublishAsync(linked, "1");
        await linked.PromoteAsync("1", "ann", "by the link");
        Assert.Equal(ModelVersionState.Default, (await direct.ListAsync()).Single().State);
    }

    [Fact]
    public async Task Publish_Signed_IsTrustedFromTheFirstMoment()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ModelSigningKey key = ModelSigningKey.FromPem(pair.ExportPkcs8PrivateKeyPem());
        var options = new VersioningOptions { WarmupRuns = 0 };
        options.Signing.Keys["ci"] = pair.ExportSubjectPublicKeyInfoPem();
        options.Signing.Required = true;
        using RepositoryEditor editor = Edit(options: options);
        await Assert.ThrowsAsync<VersionRefusedException>(async () => await PublishAsync(editor, "1"));
        VersionRecord signed = await editor.PublishAsync(new PublishRequest { Model = Model("1"), Commit = "c0ffee", Actor = "ann", Reason = "signed", SigningKey = key, SigningKeyId = "ci" });
        Assert.Equal(("ci", true, null), (signed.SignedBy, signed.IsVerified, signed.Problem));

        // Whoever changes where a version comes from breaks its signature.
        string manifest = Path.Combine(_repository.Root, "1", "manifest.json");
        System.IO.File.WriteAllText(manifest, System.IO.File.ReadAllText(manifest).Replace("c0ffee", "decaff", StringComparison.Ordinal));
        VersionRecord changed = (await editor.ListAsync()).Single();
        Assert.False(changed.IsVerified);
        Assert.Contains("is not valid", changed.Problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<VersionRefusedException>(async () => await editor.PromoteAsync("1", "ann", "why"));
    }

    [Fact]
    public async Task Sign_PublishedManifest_KeepsLineageOfLaterVersions()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string folder = _repository.Publish("1", manifest: """{"lineage":{"commit":"c0ffee","later":{"more":1}}}""");
        await ManifestSigner.SignAsync(folder, "ranker", pair, "ci");
        using JsonDocument manifest = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(folder, "manifest.json")));
        Assert.Equal(1, manifest.RootElement.GetProperty("lineage").GetProperty("later").GetProperty("more").GetInt32());
    }

    [Fact]
    public async Task Decisions_OfAnEditor_AreFollowedByAServingProcess()
    {
        foreach (string version in new[] { "1", "2", "3" })
        {
            _repository.Publish(version);
        }

        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.Rollout = RolloutMode.Manual);
        using RepositoryEditor editor = Edit();
        async Task<string> ServedAsync()
        {
            await runner.Versions.RefreshAsync();
            return await TempRepository.ServedAsync(runner);
        }

        Assert.Equal("3", await ServedAsync());
        Assert.Equal(("1", "3"), (await editor.PromoteAsync("1", "ann", "older") is var promoted ? promoted.Version : "", promoted.From));
        Assert.Equal("1", await ServedAsync());
        Assert.Equal(("1", "3"), (await editor.RollbackAsync("ann", "worse") is var back ? back.Version : "", back.Facts["back"]));
        Assert.Equal("3", await ServedAsync());
        await editor.SetLabelAsync("stable", "2", "ann", "known");
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", await TempRepository.ServedAsync((IModelRunner)runner.GetService(typeof(IModelRunner), "stable")!));
        await runner.Versions.StartCanaryAsync("2", 10, "bob", "trial");
        Assert.Equal(ModelVersionState.Canary, (await editor.ListAsync()).Single(v => v.Version == "2").State);
        Assert.False((await editor.RollbackAsync("ann", "no")).Facts.ContainsKey("back"));
        await runner.Versions.RefreshAsync();
        Assert.Null(runner.Versions.Canary);
        Assert.Equal(
            [("3", ModelVersionState.Default, ""), ("2", ModelVersionState.Rejected, "stable"), ("1", ModelVersionState.Rejected, "")],
            (await editor.ListAsync()).Select(v => (v.Version, v.State, string.Join(",", v.Labels))));
    }

    [Fact]
    public async Task Decisions_WithoutASense_AreRefused()
    {
        _repository.Publish("1");
        using RepositoryEditor editor = Edit();
        Assert.Contains("none is decided", (await Assert.ThrowsAsync<InferenceException>(async () => await editor.RollbackAsync("ann", "why"))).Message, StringComparison.Ordinal);
        await editor.PromoteAsync("1", "ann", "first");
        Assert.Contains("expected an earlier default", (await Assert.ThrowsAsync<InferenceException>(async () => await editor.RollbackAsync("ann", "why"))).Message, StringComparison.Ordinal);
        Assert.Contains("('1'), got '2\\u202E'", (await Assert.ThrowsAsync<InferenceException>(async () => await editor.PromoteAsync("2\u202e", "ann", "why"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InferenceException>(async () => await editor.SetLabelAsync("stable", "../1", "ann", "why"));
        _repository.Publish("2", "corrupt");
        Assert.Equal(VersionGate.Load, (await Assert.ThrowsAsync<VersionRefusedException>(async () => await editor.PromoteAsync("2", "ann", "why"))).Gate);
        Assert.Equal("1", (await editor.ListAsync()).Single(v => v.State == ModelVersionState.Default).Version);
    }

    [Fact]
    public async Task Promote_AnotherDefaultWasDecided_IsRefusedAndToldBy()
    {
        foreach (string version in new[] { "1", "2", "3" })
        {
            _repository.Publish(version);
        }

        var store = new MemoryDecisionStore();
        using RepositoryEditor first = Edit(decisions: store);
        using RepositoryEditor second = Edit(decisions: store);
        await first.PromoteAsync("1", "ann", "first");
        store.BeforeAppend = decision =>
        {
            store.BeforeAppend = null;
            first.PromoteAsync("2", "ann", "quick").AsTask().GetAwaiter().GetResult();
        };
        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(async () => await second.PromoteAsync("3", "bob", "slow"));
        Assert.Contains("the default was '1' and is '2': decision 2 (promote '2' by ann: quick) was made first; nothing changed", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<InferenceException>(async () => await second.PromoteAsync("3", "bob", "slow", expected: "1"));
        Assert.Contains("expected the default '1', it is '2' by decision 2 (promote '2' by ann: quick); nothing changed", refused.Message, StringComparison.Ordinal);
        await second.PromoteAsync("3", "bob", "slow", expected: "2");

        // A record about something else does not matter.
        store.BeforeAppend = decision =>
        {
            store.BeforeAppend = null;
            first.SetLabelAsync("stable", "1", "ann", "label").AsTask().GetAwaiter().GetResult();
        };
        Assert.Equal(5, (await second.PromoteAsync("1", "bob", "back")).Sequence);
        store.BeforeAppend = decision =>
        {
            store.BeforeAppend = null;
            first.SetLabelAsync("stable", "2", "ann", "quick").AsTask().GetAwaiter().GetResult();
        };
        refused = await Assert.ThrowsAsync<InferenceException>(async () => await second.SetLabelAsync("stable", "3", "bob", "slow"));
        Assert.Contains("label 'stable' was assigned: decision 6", refused.Message, StringComparison.Ordinal);
        store.BeforeAppend = decision =>
        {
            store.BeforeAppend = null;
            first.PromoteAsync("2", "ann", "quick").AsTask().GetAwaiter().GetResult();
        };
        refused = await Assert.ThrowsAsync<InferenceException>(async () => await second.RollbackAsync("bob", "slow"));
        Assert.Contains("version '1' is no longer the default: decision 7", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData(".7")]
    [InlineData("_7")]
    [InlineData("7.tmp")]
    [InlineData("7~")]
    [InlineData("7 ")]
    [InlineData("7.")]
    [InlineData("7\0")]
    [InlineData("7\n8")]
    [InlineData("7\u202e8")]
    [InlineData("7\u200f")]
    [InlineData("7\ud800")]
    [InlineData("NUL")]
    [InlineData("com1.7")]
    [InlineData("LPT9")]
    [InlineData("a:b")]
    [InlineData("")]
    public async Task Publish_HostileVersion_IsRefusedInOneLine(string version)
    {
        using RepositoryEditor editor = Edit();
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await PublishAsync(editor, "1", version)));
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await PublishAsync(editor, "1", new string('7', 129))));
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await PublishAsync(editor, "1", new string('€', 128))));
        Assert.False(Directory.Exists(Path.Combine(_repository.Root, ".publish")));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\u202eb")]
    [InlineData("a\u200fb")]
    [InlineData("a\u2028b")]
    [InlineData("a\0")]
    [InlineData(" ")]
    [InlineData("half a surrogate pair")]
    public async Task Decisions_HostileTexts_AreRefusedInOneLine(string text)
    {
        // The runner's own messages cannot carry it.
        text = text.StartsWith("half", StringComparison.Ordinal) ? "\ud800" : text;
        _repository.Publish("1");
        using RepositoryEditor editor = Edit();
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await editor.PromoteAsync("1", text, "why")));
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await editor.PromoteAsync("1", "ann", text)));
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await editor.SetLabelAsync(text, "1", "ann", "why")));
        RequirePlain(await Assert.ThrowsAsync<ArgumentException>(async () => await editor.PublishAsync(new PublishRequest { Model = Model("1"), Actor = "ann", Reason = "why", Commit = text })));
        RequirePlain(Assert.Throws<ArgumentException>(() => Edit(Path.Combine(_aside, "x" + (text == " " ? "\t" : text)))));
        Assert.False(Directory.Exists(_repository.StateDirectory));
    }

    [Theory]
    [InlineData("CON")]
    [InlineData(".hidden")]
    [InlineData("a|b")]
    public async Task Publish_HostileNewModel_IsRefused(string name)
    {
        using RepositoryEditor editor = Edit(Path.Combine(_aside, name), name: null);
        await Assert.ThrowsAsync<ArgumentException>(async () => await PublishAsync(editor, "1"));
        Assert.False(Directory.Exists(Path.Combine(_aside, name)));
    }

    [Fact]
    public async Task Publish_NewModel_IsCreatedInAnExistingRepositoryOnly()
    {
        using RepositoryEditor editor = Edit(Path.Combine(_aside, "fresh"), name: null);
        Assert.Equal("1", (await PublishAsync(editor, "1")).Version);
        using RepositoryEditor lost = Edit(Path.Combine(_aside, "no", "fresh"), name: null);
        Assert.Contains("expected the folder of a repository", (await Assert.ThrowsAsync<ModelLoadException>(async () => await PublishAsync(lost, "1"))).Message, StringComparison.Ordinal);
    }

    private static void RequirePlain(ArgumentException exception) => Assert.DoesNotContain(exception.Message, static c => char.IsControl(c) || c is '\u202e' or '\u200f' or '\u2028');

    private RepositoryEditor Edit(string? root = null, IDecisionStore? decisions = null, VersioningOptions? options = null, string? name = "ranker") => ModelRepository.Edit(root ?? _repository.Root, _repository.NewLoader(), new ModelRepositoryOptions
    {
        Versioning = options ?? new VersioningOptions { WarmupRuns = 0 },
        Load = new ModelLoadOptions { Name = name },
        TimeProvider = _repository.Clock,
        Decisions = decisions,
    });

    private async Task<VersionRecord> PublishAsync(RepositoryEditor editor, string content, string? version = null) =>
        await editor.PublishAsync(new PublishRequest { Model = Model(content), Version = version, Actor = "ann", Reason = "why" });

    private string Model(string content) => Path.Combine(_aside, File("some.onnx", content));

    private string File(string name, string content)
    {
        string path = Path.Combine(_aside, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return name;
    }

    private string[] Staged() => [.. Directory.EnumerateFileSystemEntries(Path.Combine(_repository.Root, ".publish")).Select(f => Path.GetFileName(f)!).Order()];
}
