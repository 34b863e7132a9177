using System.Security.Cryptography;
using System.Text;
using Inference.Decisions;
using Inference.Feedback;
using Inference.Security;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests.Audit;

/// <summary>Every decision is in the log, the log is signed, and what was changed in it is found.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly TempRepository _repository = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _repository.Dispose();
    }

    private string Log => Path.Combine(_repository.StateDirectory, "decisions.jsonl");

    [Fact]
    public async Task Log_HasEveryKindOfDecision_AndIsSignedWhenTheModelIsClosed()
    {
        string digest = await WriteAsync();
        IReadOnlyList<Decision> records = await ReadAsync();
        Assert.Equal(
            ["load 1", "default 1", "load 2", "promote 2", "label 1", "options ", "erase ", "key ", "rollback 2", "signature "],
            records.Where(r => r.Action != "refused").Select(r => $"{r.Action} {r.Version}"));
        Assert.Equal(digest, records[0].Facts["digest"]);
        Assert.Equal("ci", records[0].Facts["key"]);
        Decision options = records.Single(r => r.Action == DecisionActions.Options);
        Assert.Contains("KeepLatest: 2 → 3", options.Facts["changes"]);
        Assert.Equal(DecisionActors.Configuration, options.Actor);
        Assert.All(records, r => Assert.DoesNotContain("PRIVATE", string.Join(' ', r.Facts.Values)));
        DecisionLogReport report = DecisionLogVerifier.Verify(_repository.Root, Trust());
        Assert.True(report.IsIntact, report.Fault);
        Assert.Equal(("ranker", 1, records.Count - 1, 0L, 0L), (report.Model, report.Signatures, (int)report.SignedTo, report.Unsigned, report.TornBytes));
        Assert.Equal(report.Records, DecisionLogVerifier.VerifyRecords(records, Trust()).Records);
    }

    /// <summary>The record of a load names the key that opened the file; a model that is not encrypted has none.</summary>
    [Fact]
    public async Task Load_EncryptedVersion_NamesItsKey()
    {
        _repository.On("2", r => r.Info = r.Info with { KeyId = "key-0011223344556677" });
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.Audit.RecordLoads, o.KeepLatest) = (true, 2));
        Dictionary<string, string?> keys = (await ReadAsync()).Where(r => r.Action == DecisionActions.Load).ToDictionary(r => r.Version, r => r.Facts.GetValueOrDefault("encryptionKey"));
        Assert.Equal("key-0011223344556677", keys["2"]);
        Assert.True(keys.TryGetValue("1", out string? none) && none is null);
    }

    [Fact]
    public async Task Erase_ThroughTheVersions_ReachesAllAndIsRecordedWithoutTheSubject()
    {
        var stages = new Dictionary<string, FakeErasable> { ["1"] = new(), ["2"] = new() };
        _repository.On("1", r => r.Services[typeof(IErasable)] = stages["1"]);
        _repository.On("2", r => r.Services[typeof(IErasable)] = stages["2"]);
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 2);
        await Eventually.TrueAsync(() => runner.Versions.Versions.Count(v => v.Digest is not null) == 2);
        ErasureReport report = await runner.GetService<IErasable>()!.EraseAsync("jane@example.org");
        Assert.Equal(new ErasureReport(DataOwner.OfSubject("jane@example.org"), 6, 4, 2), report);
        Assert.All(stages.Values, s => Assert.Equal(["jane@example.org"], s.Erased));
        Decision record = (await ReadAsync()).Single(r => r.Action == DecisionActions.Erase);
        Assert.Equal(["exemplars 2", "predictions 6", "reports 4"], record.Facts.Select(f => $"{f.Key} {f.Value}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain("jane", File.ReadAllText(Log));
        Assert.True(DecisionLogVerifier.Verify(Log).IsIntact);

        stages["2"].Fails = true;
        await Assert.ThrowsAsync<InferenceException>(async () => await runner.GetService<IErasable>()!.EraseAsync("joe"));
        Assert.Single(await ReadAsync(), r => r.Action == DecisionActions.Erase);
    }

    [Fact]
    public async Task Log_IsSignedAfterSoManyDecisions_AndAfterATime()
    {
        await WriteAsync(every: 3);
        Assert.True((await ReadAsync()).Count(r => r.Action == DecisionActions.Signature) >= 3);
        _repository.Publish("7");
        await using VersionedModelRunner runner = await OpenAsync(every: 10_000);
        await runner.Versions.PromoteAsync("1", "ann", "test");
        int before = (await ReadAsync()).Count(r => r.Action == DecisionActions.Signature);
        _repository.Clock.Advance(TimeSpan.FromHours(2));
        await runner.Versions.RefreshAsync();
        Assert.Equal(before + 1, (await ReadAsync()).Count(r => r.Action == DecisionActions.Signature));
        Assert.True(DecisionLogVerifier.Verify(Log, Trust()).IsIntact);
    }

    /// <summary>Each change of any line is found at that line, or at the next one if it is the hash that others refer to.</summary>
    [Fact]
    public async Task Verify_AnyByteChanged_NamesTheLine()
    {
        await WriteAsync();
        byte[] bytes = File.ReadAllBytes(Log);
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. bytes];
            int at = random.Next(changed.Length - 1);
            changed[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Log, changed);
            int line = bytes.AsSpan(0, at).Count((byte)'\n') + 1;
            DecisionLogReport report = DecisionLogVerifier.Verify(Log);
            Assert.False(report.IsIntact, $"byte {at}: {changed[at]}");
            Assert.InRange(report.Line, line, line + 1);
        }
    }

    [Theory]
    [InlineData("line removed", 3, "1 records before it are missing (the log was cut and joined again)")]
    [InlineData("lines swapped", 3, "")]
    [InlineData("line repeated", 4, "the record is not the one that followed here")]
    [InlineData("first removed", 1, "")]
    [InlineData("joined to another", 3, "")]
    [InlineData("spaces", 2, "expected the record in the form in which it is written")]
    [InlineData("old lines at the end", 11, "the record is not the one that followed here")]
    [InlineData("garbage line", 2, "expected a record of a decision")]
    [InlineData("last line garbage", 10, "expected a record of a decision")]
    public async Task Verify_CutAndJoined_NamesTheLine(string how, int line, string expected)
    {
        await WriteAsync();
        List<string> lines = [.. File.ReadAllLines(Log)];
        Assert.Equal(10, lines.Count);
        switch (how)
        {
            case "line removed":
                lines.RemoveAt(2);
                break;
            case "lines swapped":
                (lines[2], lines[3]) = (lines[3], lines[2]);
                break;
            case "line repeated":
                lines.Insert(3, lines[2]);
                break;
            case "first removed":
                lines.RemoveAt(0);
                break;
            case "joined to another":
                Decision head = new Decision { At = DateTimeOffset.UnixEpoch, Action = "label", Version = "1", Actor = "eve", Reason = "r" }.After(null);
                lines[2] = Encoding.UTF8.GetString(StateJson.Line(new Decision { At = DateTimeOffset.UnixEpoch, Action = "label", Version = "1", Actor = "eve", Reason = "r" }.After(new Decision { Sequence = 2, At = default, Action = "x", Version = "1", Actor = "a", Reason = "r", Hash = head.Hash })));
                break;
            case "spaces":
                lines[1] = lines[1].Replace("\":", "\": ");
                break;
            case "old lines at the end":
                lines.AddRange(lines[..2]);
                break;
            case "garbage line":
                lines[1] = "garbage";
                break;
            case "last line garbage":
                lines[9] = "\0\0\0\0";
                break;
        }

        File.WriteAllText(Log, string.Join('\n', lines) + "\n");
        DecisionLogReport report = DecisionLogVerifier.Verify(Log);
        Assert.Equal(line, report.Line);
        Assert.Contains(expected, report.Fault);
        Assert.EndsWith("decisions.jsonl", report.File);
    }

    /// <summary>A chain that was computed again follows in itself; only signatures, and files that know more, tell.</summary>
    [Fact]
    public async Task Verify_ChainComputedAgain_IsFoundByTheSignature()
    {
        await WriteAsync();
        IReadOnlyList<Decision> records = await ReadAsync();
        Decision? head = null;
        var forged = new List<Decision>();
        foreach (Decision record in records.Where(r => r.Action != DecisionActions.Rollback))
        {
            head = new Decision { At = record.At, Action = record.Action, Version = record.Version, From = record.From, Actor = record.Actor, Reason = record.Reason, Facts = record.Facts }.After(head);
            forged.Add(head);
        }

        File.WriteAllText(Log, string.Concat(forged.Select(r => Encoding.UTF8.GetString(StateJson.Line(r)) + "\n")));
        Assert.True(DecisionLogVerifier.Verify(Log).IsIntact);
        DecisionLogReport report = DecisionLogVerifier.Verify(Log, Trust());
        Assert.Contains("the signature is not valid for the records before it", report.Fault);
        Assert.Equal(forged.Count, report.Line);
        File.WriteAllText(Log, string.Concat(forged[..^1].Select(r => Encoding.UTF8.GetString(StateJson.Line(r)) + "\n")));
        Assert.Contains("expected signatures, found none", DecisionLogVerifier.Verify(Log, Trust()).Fault);
        Assert.Contains("the log was cut: it ends with record", DecisionLogVerifier.Verify(_repository.Root).Fault);
    }

    [Fact]
    public async Task Verify_CutAtALine_IsFoundByTheState_AndATornTailIsNone()
    {
        await WriteAsync();
        byte[] bytes = File.ReadAllBytes(Log);
        int end = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        File.WriteAllBytes(Log, bytes[..end]);
        Assert.Contains("the log was cut: it ends with record 9, and", DecisionLogVerifier.Verify(_repository.Root).Fault);
        File.WriteAllBytes(Log, [.. bytes, .. "{\"sequence\":11,\"at\""u8]);
        DecisionLogReport torn = DecisionLogVerifier.Verify(_repository.Root, Trust());
        Assert.True(torn.IsIntact, torn.Fault);
        Assert.Equal(19, torn.TornBytes);
    }

    [Fact]
    public async Task Verify_SignatureOfAnotherKeyOrLog_IsRefused()
    {
        await WriteAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var trusted = new SigningOptions();
        trusted.Keys["other"] = other.ExportSubjectPublicKeyInfoPem();
        DecisionLogReport report = DecisionLogVerifier.Verify(Log, trusted);
        Assert.Equal(10, report.Line);
        Assert.Contains("expected a signature by a trusted key ('other')", report.Fault);
    }

    [Theory]
    [InlineData(DecisionActions.Promote)]
    [InlineData(DecisionActions.Signature)]
    [InlineData(DecisionActions.Checkpoint)]
    [InlineData("")]
    public async Task Record_ActionsOfVersions_AreRefused(string action)
    {
        await using VersionedModelRunner runner = await PublishAndOpenAsync();
        var recorder = (IDecisionRecorder)runner.GetService(typeof(IDecisionRecorder))!;
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await recorder.RecordAsync(action, "", "ann", "test"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await recorder.RecordAsync("erase", "", "policy", "test"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await recorder.RecordAsync("erase", "", "ann", "test", new Dictionary<string, string> { ["a"] = new('x', 20_000) }));
    }

    [Fact]
    public void Key_ThatCannotBeRead_IsALoadError()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Versioning.State.LogSigner.TryCreate(new AuditOptions { SigningKey = "none" }, "m"));
        Assert.Contains("Correct Audit.SigningKey", error.Message);
        var options = new VersioningOptions();
        (options.Audit.SigningKey, options.Audit.SigningKeyFile) = ("a", "b");
        Assert.Contains("expected Audit.SigningKey or Audit.SigningKeyFile, got both", new VersioningOptionsRules().Validate("m", options).FailureMessage);
    }

    [Fact]
    public async Task Replay_OfAnEarlierPublicationOfTheVersion_IsRefused()
    {
        _repository.Clock.SetUtcNow(DateTimeOffset.UtcNow);
        string first = await PublishSignedAsync("1", "1");
        string saved = Path.Combine(_repository.Root, ".saved");
        Directory.CreateDirectory(saved);
        foreach (string file in Directory.EnumerateFiles(first))
        {
            File.Copy(file, Path.Combine(saved, Path.GetFileName(file)));
        }

        _repository.Clock.Advance(TimeSpan.FromDays(1));
        await PublishSignedAsync("1", "5");
        await using (VersionedModelRunner runner = await OpenAsync(required: true))
        {
            Assert.Equal("5", await TempRepository.ServedAsync(runner));
        }

        foreach (string file in Directory.EnumerateFiles(saved))
        {
            File.Copy(file, Path.Combine(first, Path.GetFileName(file)), overwrite: true);
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await OpenAsync(required: true));
        Assert.Contains("as those loaded before, got files signed at", error.Message);
    }

    private sealed class FakeErasable : IErasable
    {
        public List<string> Erased { get; } = [];

        public bool Fails { get; set; }

        public ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
        {
            if (Fails)
            {
                throw new InferenceException("the store does not answer");
            }

            Erased.Add(owner.Subject!);
            return new(new ErasureReport(owner, 3, 2, 1));
        }
    }

    private SigningOptions Trust()
    {
        var trusted = new SigningOptions();
        trusted.Keys["audit"] = _key.ExportSubjectPublicKeyInfoPem();
        return trusted;
    }

    private async Task<IReadOnlyList<Decision>> ReadAsync()
    {
        DecisionRecords read = await new FileDecisionStore(_repository.StateDirectory, "ranker", TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).ReadAllAsync("ranker");
        Assert.Null(read.Fault);
        return read.Records;
    }

    private async Task<string> PublishSignedAsync(string version, string content)
    {
        string directory = _repository.Publish(version, content);
        using var key = ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem());
        await ModelSigner.SignAsync(directory, key, new ModelSignatureOptions { ModelName = "ranker", Version = version, TimeProvider = _repository.Clock });
        return directory;
    }

    private async Task<VersionedModelRunner> PublishAndOpenAsync()
    {
        await PublishSignedAsync("1", "1");
        return await OpenAsync();
    }

    private Task<VersionedModelRunner> OpenAsync(int every = 100, bool required = false) => _repository.OpenAsync(o => Configure(o, every, required));

    private void Configure(VersioningOptions options, int every, bool required)
    {
        options.Audit.RecordLoads = true;
        options.Audit.SigningKey = _key.ExportPkcs8PrivateKeyPem();
        options.Audit.EveryDecisions = every;
        options.Signing.Required = required;
        options.Signing.Keys["ci"] = _key.ExportSubjectPublicKeyInfoPem();
    }

    // Ten records.
    private async Task<string> WriteAsync(int every = 100)
    {
        await using VersionedModelRunner runner = await PublishAndOpenAsync2(every);
        await runner.Versions.PromoteAsync("2", "ann", "faster");
        await runner.Versions.SetLabelAsync("old", "1", "ann", "known");
        var changed = new VersioningOptions { Watch = false, WarmupRuns = 0, KeepLatest = 3 };
        changed.Canary.ShadowWarmupCalls = 0;
        Configure(changed, every, required: false);
        changed.Rollout = RolloutMode.Manual;
        await runner.ChangeOptionsAsync(changed);
        var recorder = (IDecisionRecorder)runner.GetService(typeof(IDecisionRecorder))!;
        await recorder.RecordAsync(DecisionActions.Erase, "", "ann", "asked to", new Dictionary<string, string> { ["subject"] = "hmac:00" });
        await recorder.RecordAsync(DecisionActions.Key, "", "ann", "rotated", new Dictionary<string, string> { ["key"] = "k2" });
        await runner.Versions.RollbackAsync("ann", "slower");
        return _repository.Runner("1").Info.Digest;
    }

    private async Task<VersionedModelRunner> PublishAndOpenAsync2(int every)
    {
        await PublishSignedAsync("1", "1");
        VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            Configure(o, every, required: false);
            o.Rollout = RolloutMode.Manual;
        });
        await PublishSignedAsync("2", "2");
        await runner.Versions.RefreshAsync();
        return runner;
    }
}
