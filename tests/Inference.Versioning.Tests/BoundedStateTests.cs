using Inference.Status;

namespace Inference.Versioning.Tests;

/// <summary>What a repository notes down does not grow for ever.</summary>
public sealed class BoundedStateTests
{
    [Fact]
    public void Names_BeyondTheBound_ThoseOfVersionsThatAreGoneGo()
    {
        var state = new RepositoryState();
        for (int i = 1; i <= 1000; i++)
        {
            var there = new List<VersionFolder> { new(i.ToString(), "", "stamp", 1, []), new("7", "", "stamp", 1, []), new("1", "", "stamp", 1, []) };
            state = DecisionFold.Apply(state, new DecisionDraft(new VersioningOptions(), state, there, default).Reject(i.ToString(), "stamp", "ann", "why"));
            Assert.InRange(state.Rejected.Count, 1, RepositoryState.MostNames);
        }

        Assert.True(state.Rejected.ContainsKey("1") && state.Rejected.ContainsKey("7") && state.Rejected.ContainsKey("1000") && state.Rejected.ContainsKey("999"));
        Assert.False(state.Rejected.ContainsKey("2"));
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
            await runner.Versions.SetLabelAsync($"label {i}", "1", "ann", "why");
        }

        var refused = await Assert.ThrowsAsync<InferenceException>(async () => await runner.Versions.SetLabelAsync("one more", "1", "ann", "why"));
        Assert.Contains("expected at most 256 labels", refused.Message, StringComparison.Ordinal);
        await runner.Versions.SetLabelAsync("label 3", "1", "ann", "why");
    }
}
