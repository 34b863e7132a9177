using Inference.Decisions;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>The log cannot be written: what must hold in an emergency holds in memory, is told, and is written when that is possible.</summary>
public sealed class UnwrittenDecisionTests : IDisposable
{
    private readonly TempRepository _repository = new();
    private readonly MemoryDecisionStore _store = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task PromoteAndRollback_HoldInMemoryAndAreWrittenLater()
    {
        await using VersionedModelRunner runner = await OpenAsync();
        _store.Unwritable = "no space left";
        await runner.Versions.PromoteAsync("1", "ann", "2 is wrong");
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Equal(ModelState.Degraded, runner.State);
        Assert.Contains("1 decisions are not written and are in effect in memory only: no space left", runner.Description);
        await runner.Versions.PromoteAsync("2", "ann", "1 is worse");
        Assert.Equal("2", await runner.Versions.RollbackAsync("ann", "both are"));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Equal([1, 0, 0, 0], (await runner.Versions.ReadAuditAsync()).Select(d => d.Sequence));

        _store.Unwritable = null;
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        await runner.Versions.RefreshAsync();
        Assert.Equal((ModelState.Ready, "Version '1' serves."), (runner.State, runner.Description));
        Assert.Equal(["default 2", "promote 1", "promote 2", "rollback 2"], _store.Records.Select(d => $"{d.Action} {d.Version}"));
        Assert.All(_store.Records.Skip(1), d => Assert.True(d.Facts.ContainsKey(DecisionFacts.Written)));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
    }

    [Fact]
    public async Task LabelAndCanary_AreRefused()
    {
        await using VersionedModelRunner runner = await OpenAsync();
        _store.Unwritable = "read-only";
        await Assert.ThrowsAsync<DecisionStoreException>(async () => await runner.Versions.SetLabelAsync("a", "1", "ann", "why"));
        await Assert.ThrowsAsync<DecisionStoreException>(async () => await runner.Versions.StartCanaryAsync("1", 10, "ann", "why"));
        Assert.Null(runner.Versions.Canary);
        Assert.DoesNotContain(runner.Versions.Versions, v => v.Labels.Count > 0);
    }

    [Fact]
    public async Task AutomaticRollback_HoldsInMemoryAndIsWrittenLater()
    {
        _repository.Publish("1");
        _repository.On("2", r => r.Fail = _ => new ModelRunException("broken"));
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.Rollout, o.Canary.Percent) = (RolloutMode.Canary, 50), decisions: _store);
        _store.Unwritable = "no space left";
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", runner.Versions.Canary?.Version);
        for (int i = 0; runner.Versions.Canary is not null; i++)
        {
            Assert.True(i < 1_000, "the canary was never rolled back");
            await Record.ExceptionAsync(() => TempRepository.ServedAsync(runner));
        }

        await Eventually.TrueAsync(() => runner.Description.Contains("not written", StringComparison.Ordinal));
        await runner.Versions.RefreshAsync();
        Assert.Null(runner.Versions.Canary);
        _store.Unwritable = null;
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        await runner.Versions.RefreshAsync();
        Assert.Equal(("rollback", "2", DecisionActors.SequentialTest), (_store.Records[^1].Action, _store.Records[^1].Version, _store.Records[^1].Actor));
        Assert.Null(runner.Versions.Canary);
    }

    /// <summary>What others wrote meanwhile came first: their default stays, and what was taken back stays taken back.</summary>
    [Fact]
    public async Task Rebase_OnAnotherDefault_KeepsTheRejectionAlone()
    {
        _repository.Publish("3");
        await using VersionedModelRunner runner = await OpenAsync();
        await runner.Versions.PromoteAsync("2", "ann", "a");
        _store.Unwritable = "no space left";
        Assert.Equal("2", await runner.Versions.RollbackAsync("ann", "2 is wrong"));
        Assert.Equal("3", await TempRepository.ServedAsync(runner));
        _store.Unwritable = null;
        _store.Append(new Decision { At = default, Action = DecisionActions.Promote, Version = "1", From = "2", Actor = "bob", Reason = "elsewhere", Facts = new Dictionary<string, string> { [DecisionFacts.Ceiling] = "3" } });
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Decision last = _store.Records[^1];
        Assert.Equal(("rollback", "2", false), (last.Action, last.Version, last.Facts.ContainsKey(DecisionFacts.Back)));
        Assert.Equal(ModelState.Ready, runner.State);
        await Assert.ThrowsAsync<InferenceException>(async () =>
        {
            await runner.Versions.RollbackAsync("ann", "1 too");
            await runner.Versions.RollbackAsync("ann", "3 too");
            await runner.Versions.RollbackAsync("ann", "nothing is left");
        });
        Assert.NotEqual("2", runner.Versions.DefaultVersion);
    }

    [Fact]
    public void Rebase_Promotion_OfWhatOthersTookBack_IsDropped()
    {
        RepositoryState before = DecisionFoldTests.Fold(DecisionFoldTests.Default("1"));
        var made = new UnwrittenDecision(DecisionFoldTests.Promote("2"), before);
        Assert.NotNull(made.Rebase(before, default));
        Assert.Null(made.Rebase(DecisionFold.Apply(before, DecisionFoldTests.Rollback("2")), default));
        Assert.Null(made.Rebase(DecisionFold.Apply(before, DecisionFoldTests.Promote("3")), default));
        RepositoryState known = DecisionFold.Apply(before, DecisionFoldTests.Rollback("2"));
        Assert.NotNull(new UnwrittenDecision(DecisionFoldTests.Promote("2"), known).Rebase(known, default));
    }

    [Fact]
    public async Task Unreadable_WhatIsKnownStays()
    {
        await using VersionedModelRunner runner = await OpenAsync();
        await runner.Versions.PromoteAsync("1", "ann", "why");
        _store.Unreadable = _store.Unwritable = "permission denied";
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Contains("The log of decisions cannot be read: permission denied", runner.Description);
        await runner.Versions.PromoteAsync("2", "ann", "why");
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        _store.Unreadable = _store.Unwritable = null;
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        await runner.Versions.RefreshAsync();
        Assert.Equal(ModelState.Ready, runner.State);
        Assert.Equal("2", _store.Records[^1].Version);
    }

    [Fact]
    public async Task Start_Unreadable_ThePolicyDecidesAndGivesWayToTheLog()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        _store.Append(new Decision { At = default, Action = DecisionActions.Promote, Version = "1", Actor = "ann", Reason = "2 is wrong", Facts = new Dictionary<string, string> { [DecisionFacts.Ceiling] = "2" } });
        _store.Unreadable = _store.Unwritable = "permission denied";
        await using VersionedModelRunner runner = await _repository.OpenAsync(decisions: _store);
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        Assert.Equal(ModelState.Degraded, runner.State);
        _store.Unreadable = _store.Unwritable = null;
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.DoesNotContain(_store.Records, d => d.Version == "2");
    }

    [Fact]
    public async Task Log_Gone_IsTold_AndTheNextDecisionBeginsItWithWhatWasKnown()
    {
        await using VersionedModelRunner runner = await OpenAsync();
        await runner.Versions.PromoteAsync("1", "ann", "2 is wrong");
        _store.Clear();
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Contains("expected record 2, found none: the log was truncated, removed or replaced", runner.Description);
        await runner.Versions.SetLabelAsync("stable", "1", "ann", "why");
        Assert.Equal(ModelState.Ready, runner.State);
        Assert.Equal([(3, "checkpoint"), (4, "label")], _store.Records.Select(d => ((int)d.Sequence, d.Action)));
        await using VersionedModelRunner other = await _repository.OpenAsync(loader: _repository.NewLoader(), decisions: _store);
        Assert.Equal("1", await TempRepository.ServedAsync(other));
    }

    [Fact]
    public async Task Log_Torn_IsCutAndTold()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        using var lines = new LogLines();
        await using VersionedModelRunner runner = await _repository.OpenAsync(loggers: lines);
        string log = Path.Combine(_repository.StateDirectory, "decisions.jsonl");
        File.AppendAllText(log, "{\"sequence\":2,");
        await runner.Versions.PromoteAsync("1", "ann", "why");
        Assert.Equal(2, File.ReadAllLines(log).Length);
        Assert.Equal(ModelState.Ready, runner.State);
        await runner.Versions.RefreshAsync();
        Assert.Contains("An incomplete line (14 bytes after record 1) was removed", runner.Description);
        Assert.Contains(lines.All, l => l.Contains("|Warning|Model 'ranker': An incomplete line (14 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_Broken_DecisionsHoldInMemoryAndHealthSaysSo()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        await runner.Versions.PromoteAsync("1", "ann", "why");
        string log = Path.Combine(_repository.StateDirectory, "decisions.jsonl");
        string text = File.ReadAllText(log);
        File.WriteAllText(log, text.Replace("\"version\":\"2\"", "\"version\":\"3\""));
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Contains("The log of decisions is broken and nothing is appended to it", runner.Description);
        await runner.Versions.PromoteAsync("2", "ann", "now");
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        Assert.Equal(text.Length, new FileInfo(log).Length);
        File.WriteAllText(log, text);
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        await runner.Versions.RefreshAsync();
        Assert.Equal(ModelState.Ready, runner.State);
        Assert.Equal(["default", "promote", "promote"], (await runner.Versions.ReadAuditAsync()).Select(d => d.Action));
    }

    private async Task<VersionedModelRunner> OpenAsync()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        return await _repository.OpenAsync(o => o.KeepLatest = 3, decisions: _store);
    }
}
