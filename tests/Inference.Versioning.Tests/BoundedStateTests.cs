using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Versioning.Tests;

/// <summary>What a repository notes down does not grow for ever.</summary>
public sealed class BoundedStateTests
{
    [Fact]
    public void Audit_ManyEntries_KeepsTheLastWithinTwoFiles()
    {
        using var folder = new TemporaryFolder();
        var store = new StateStore(folder.Path, "ranker", new FakeTimeProvider(), NullLogger.Instance);
        string reason = new('r', 1 << 20);
        for (int i = 0; i < 40; i++)
        {
            store.Note(store.Entry("refused", i.ToString(), null, "policy", reason));
        }

        Assert.InRange(new DirectoryInfo(folder.Path).EnumerateFiles().Sum(f => f.Length), 1, 20L << 20);
        IReadOnlyList<AuditEntry> entries = store.ReadAudit();
        Assert.InRange(entries.Count, 8, 20);
        Assert.Equal(Enumerable.Range(40 - entries.Count, entries.Count).Select(i => i.ToString()), entries.Select(e => e.Version));
    }

    [Fact]
    public void Names_BeyondTheBound_ThoseOfVersionsThatAreGoneGo()
    {
        IReadOnlyDictionary<string, string> map = new Dictionary<string, string>();
        for (int i = 1; i <= 1000; i++)
        {
            map = RepositoryState.With(map, i.ToString(), "stamp", (version, _) => version is "1" or "7");
            Assert.InRange(map.Count, 1, RepositoryState.MostNames);
        }

        Assert.True(map.ContainsKey("1") && map.ContainsKey("7") && map.ContainsKey("1000") && map.ContainsKey("999"));
        Assert.False(map.ContainsKey("2"));
    }

    [Fact]
    public async Task FailedVersions_ThatAreGone_AreForgotten()
    {
        using var repository = new TempRepository();
        repository.Publish("1");
        await using VersionedModelRunner runner = await repository.OpenAsync();
        for (int i = 2; i < 30; i++)
        {
            string folder = repository.Publish(i.ToString(), "corrupt");
            await runner.Versions.RefreshAsync();
            Assert.Contains(runner.Versions.Versions, v => v.State == ModelVersionState.Refused);
            Directory.Delete(folder, recursive: true);
            await runner.Versions.RefreshAsync();
            Assert.Equal(["1"], runner.Versions.Versions.Select(v => v.Version));
            Assert.Equal(0, runner.Controller.NotedFailures);
        }

        // The same content again is looked at again.
        repository.Publish("2", "corrupt");
        await runner.Versions.RefreshAsync();
        Assert.Contains(runner.Versions.Versions, v => v is { Version: "2", State: ModelVersionState.Refused });
    }

    [Fact]
    public async Task Labels_BeyondTheBound_AreRefusedWithTheReason()
    {
        using var repository = new TempRepository();
        repository.Publish("1");
        await using VersionedModelRunner runner = await repository.OpenAsync();
        for (int i = 0; i < RepositoryState.MostNames; i++)
        {
            await runner.Versions.SetLabelAsync($"label {i}", "1");
        }

        var refused = await Assert.ThrowsAsync<InferenceException>(async () => await runner.Versions.SetLabelAsync("one more", "1"));
        Assert.Contains("expected at most 256 labels", refused.Message, StringComparison.Ordinal);
        await runner.Versions.SetLabelAsync("label 3", "1");
    }
}
