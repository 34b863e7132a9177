using Inference.Decisions;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>Replicas over one repository: a decision of one holds for all, whatever the others were doing.</summary>
public sealed class ReplicaTests : IDisposable
{
    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    /// <summary>A replica that was loading a version when it was rolled back elsewhere neither serves it nor decides for it.</summary>
    [Fact]
    public async Task Regression_RollbackWhileAnotherReplicaLoads_IsNotUndone()
    {
        _repository.Publish("1");
        FakeLoader slow = _repository.NewLoader();
        await using VersionedModelRunner quick = await _repository.OpenAsync();
        await using VersionedModelRunner late = await _repository.OpenAsync(loader: slow);
        _repository.Publish("2");
        slow.Gate.Close();
        Task loading = late.Versions.RefreshAsync().AsTask();
        await Eventually.TrueAsync(() => slow.Loads == 2);
        await quick.Versions.RefreshAsync();
        Assert.Equal("2", await TempRepository.ServedAsync(quick));
        Assert.Equal("2", await quick.Versions.RollbackAsync("ann", "2 is wrong"));

        slow.Gate.Open();
        await Eventually.CompletesAsync(loading);
        Assert.Equal("1", await TempRepository.ServedAsync(late));
        Assert.Equal("1", await TempRepository.ServedAsync(quick));
        await quick.Versions.RefreshAsync();
        await late.Versions.RefreshAsync();
        Assert.Equal("1", quick.Versions.DefaultVersion);
        Assert.Equal("1", late.Versions.DefaultVersion);
        Assert.Equal(["default 1", "default 2", "rollback 2"], await ActionsAsync(late));
    }

    /// <summary>An operator's promotion that was loading when the version was rolled back is refused by name of that decision.</summary>
    [Fact]
    public async Task Promote_TakenBackWhileItLoads_IsRefusedWithThatDecision()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        FakeLoader slow = _repository.NewLoader();
        await using VersionedModelRunner quick = await _repository.OpenAsync(Manual);
        await using VersionedModelRunner late = await _repository.OpenAsync(Manual, loader: slow);
        await quick.Versions.PromoteAsync("1", "ann", "first");
        await late.Versions.RefreshAsync();
        slow.Gate.Close();
        await quick.Versions.PromoteAsync("2", "ann", "better");
        await quick.Versions.PromoteAsync("1", "ann", "or not");
        _repository.Publish("2", "2.5");
        Task<InferenceException> promotion = Assert.ThrowsAsync<InferenceException>(() => late.Versions.PromoteAsync("2", "bob", "I want 2").AsTask());
        await Eventually.TrueAsync(() => slow.Loads >= 2);
        await quick.Versions.PromoteAsync("2", "ann", "again");
        Assert.Equal("2", await quick.Versions.RollbackAsync("ann", "2 is wrong"));
        slow.Gate.Open();
        InferenceException refused = await Eventually.CompletesAsync(promotion);
        Assert.Matches(@"version '2' was rolled back: decision \d+ \(rollback '2' by ann: 2 is wrong\) was made first; nothing changed", refused.Message);
        Assert.Equal("1", await TempRepository.ServedAsync(late));

        // Now it is known: who wants it all the same may.
        await late.Versions.PromoteAsync("2", "bob", "I want 2 all the same");
        Assert.Equal("2.5", await TempRepository.ServedAsync(late));
    }

    /// <summary>A promotion elsewhere is followed while this replica loads something else: here a rollback of what it serves.</summary>
    [Fact]
    public async Task Load_Long_DecisionsAreFollowedMeanwhile()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        FakeLoader slow = _repository.NewLoader();
        await using VersionedModelRunner quick = await _repository.OpenAsync(o => o.KeepLatest = 3);
        await quick.Versions.PromoteAsync("1", "ann", "first");
        await quick.Versions.PromoteAsync("2", "ann", "then");
        await using VersionedModelRunner late = await _repository.OpenAsync(o => o.KeepLatest = 3, loader: slow);
        Assert.Equal("2", await TempRepository.ServedAsync(late));
        slow.Gate.Close();
        _repository.Publish("3", "3");
        Task loading = late.Versions.RefreshAsync().AsTask();
        await Eventually.TrueAsync(() => slow.Loads == 3);
        Assert.Equal("2", await quick.Versions.RollbackAsync("ann", "2 is wrong"));
        await Eventually.TrueAsync(() =>
        {
            _repository.Clock.Advance(TimeSpan.FromSeconds(1));
            return late.Versions.DefaultVersion == "1";
        });
        Assert.False(loading.IsCompleted);
        slow.Gate.Open();
        await Eventually.CompletesAsync(loading);
    }

    /// <summary>A rollback does not wait for a version that is being loaded.</summary>
    [Fact]
    public async Task Rollback_WhileThisReplicaLoads_TakesEffectAtOnce()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        _repository.Loader.Gate.Close();
        _repository.Publish("3");
        Task loading = runner.Versions.RefreshAsync().AsTask();
        await Eventually.TrueAsync(() => _repository.Loader.Loads == 3);
        Assert.Equal("2", await Eventually.CompletesAsync(runner.Versions.RollbackAsync("ann", "2 is wrong").AsTask()));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.False(loading.IsCompleted);
        _repository.Loader.Gate.Open();
        await Eventually.CompletesAsync(loading);

        // It was new when the rollback was decided.
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
    }

    /// <summary>A rollback returns when it is in effect: versions that are kept for convenience load afterwards.</summary>
    [Fact]
    public async Task Rollback_KeptVersionsToLoad_DoesNotWaitForThem()
    {
        for (int v = 1; v <= 3; v++)
        {
            _repository.Publish(v.ToString());
        }

        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.KeepLatest, o.Rollout) = (1, RolloutMode.Manual));
        await runner.Versions.PromoteAsync("1", "ann", "a");
        await runner.Versions.PromoteAsync("2", "ann", "b");
        _repository.Publish("4");
        _repository.Loader.Gate.Close();
        Assert.Equal("2", await Eventually.CompletesAsync(runner.Versions.RollbackAsync("ann", "2 is wrong").AsTask()));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        await Eventually.TrueAsync(() => _repository.Loader.Gate.Waiting == 1);
        _repository.Loader.Gate.Open();
        await Eventually.TrueAsync(() => runner.Versions.Versions.Any(v => v is { Version: "4", State: ModelVersionState.Standby }));
    }

    /// <summary>A repository that cannot be listed does not keep a replica from following decisions about what it has loaded.</summary>
    [Fact]
    public async Task Repository_Gone_DecisionsAreFollowed()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        var store = new MemoryDecisionStore();
        await using VersionedModelRunner runner = await _repository.OpenAsync(decisions: store);
        await runner.Versions.PromoteAsync("1", "ann", "a");
        await runner.Versions.PromoteAsync("2", "ann", "b");
        Directory.Move(_repository.Root, _repository.Root + ".gone");
        store.Append(new Decision { At = default, Action = DecisionActions.Promote, Version = "1", From = "2", Actor = "bob", Reason = "elsewhere", Facts = Facts((DecisionFacts.Ceiling, "2")) });
        await Assert.ThrowsAsync<ModelLoadException>(() => runner.Versions.RefreshAsync().AsTask());
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        await runner.Versions.PromoteAsync("2", "ann", "here");
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        Directory.Move(_repository.Root + ".gone", _repository.Root);
    }

    /// <summary>A default whose directory was removed serves until its successor is loaded; an older version does not serve in between.</summary>
    [Fact]
    public async Task Default_RemovedWhileItsSuccessorLoads_ServesOn()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 3);
        Directory.Delete(Path.Combine(_repository.Root, "2"), true);
        _repository.Publish("3");
        _repository.Loader.Gate.Close();
        Task loading = runner.Versions.RefreshAsync().AsTask();
        await Eventually.TrueAsync(() => _repository.Loader.Gate.Waiting == 1);
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        _repository.Loader.Gate.Open();
        await Eventually.CompletesAsync(loading);
        Assert.Equal("3", await TempRepository.ServedAsync(runner));
    }

    /// <summary>Two operators who roll the same default back at once: one does, the other is told.</summary>
    [Fact]
    public async Task Rollback_LostRace_IsRefusedWithTheOtherDecision()
    {
        for (int v = 1; v <= 3; v++)
        {
            _repository.Publish(v.ToString());
        }

        var store = new MemoryDecisionStore();
        await using VersionedModelRunner runner = await _repository.OpenAsync(decisions: store);
        await runner.Versions.PromoteAsync("1", "ann", "a");
        await runner.Versions.PromoteAsync("2", "ann", "b");
        await runner.Versions.PromoteAsync("3", "ann", "c");
        string stamp = store.Records[^1].Facts[DecisionFacts.Stamp];
        Race(store, new Decision { At = default, Action = DecisionActions.Rollback, Version = "3", Actor = "bob", Reason = "quicker", Facts = Facts((DecisionFacts.Stamp, stamp), (DecisionFacts.Back, "2")) });
        var refused = await Assert.ThrowsAsync<InferenceException>(() => runner.Versions.RollbackAsync("ann", "3 is wrong").AsTask());
        Assert.Contains("version '3' is no longer the default: decision 5 (rollback '3' by bob: quicker) was made first", refused.Message);
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        Assert.Equal("2", await runner.Versions.RollbackAsync("ann", "2 is wrong too"));
    }

    /// <summary>A canary that the policy started on another replica is what a rollback is about, also on a replica that has not loaded it yet.</summary>
    [Fact]
    public async Task Rollback_CanaryOfThePolicyNotLoadedHereYet_RollsTheCanaryBack()
    {
        _repository.Publish("1");
        FakeLoader slow = _repository.NewLoader();
        await using VersionedModelRunner quick = await _repository.OpenAsync(o => o.Rollout = RolloutMode.Canary);
        await using VersionedModelRunner late = await _repository.OpenAsync(o => o.Rollout = RolloutMode.Canary, loader: slow);
        _repository.Publish("2");
        slow.Gate.Close();
        await quick.Versions.RefreshAsync();
        Task loading = late.Versions.RefreshAsync().AsTask();
        await Eventually.TrueAsync(() => slow.Loads == 2);
        Assert.Equal("2", await Eventually.CompletesAsync(late.Versions.RollbackAsync("ann", "2 is wrong").AsTask()));
        slow.Gate.Open();
        await Eventually.CompletesAsync(loading);
        await quick.Versions.RefreshAsync();
        Assert.Null(late.Versions.Canary);
        Assert.Null(quick.Versions.Canary);
        Assert.Equal("1", late.Versions.DefaultVersion);
    }

    /// <summary>A trial that a promotion elsewhere has ended is not what a rollback is about, though this replica still runs it.</summary>
    [Fact]
    public async Task Rollback_TrialEndedByAPromotionElsewhere_RollsTheDefaultBack()
    {
        for (int v = 1; v <= 3; v++)
        {
            _repository.Publish(v.ToString());
        }

        await using VersionedModelRunner quick = await _repository.OpenAsync(Manual);
        await using VersionedModelRunner late = await _repository.OpenAsync(Manual, loader: _repository.NewLoader());
        await quick.Versions.PromoteAsync("1", "ann", "a");
        await late.Versions.RefreshAsync();
        await late.Versions.StartCanaryAsync("2", 10, "ann", "b");
        await quick.Versions.PromoteAsync("3", "ann", "c");
        Assert.Equal("2", late.Versions.Canary?.Version);
        Assert.Equal("3", await late.Versions.RollbackAsync("ann", "d"));
        Assert.Null(late.Versions.Canary);
        Assert.Equal("1", late.Versions.DefaultVersion);
    }

    /// <summary>A replica that learns at once that a trial was rolled back and begun again is in the new trial, as the others are.</summary>
    [Fact]
    public async Task Refresh_TrialRolledBackAndBegunAgainElsewhere_IsInTheNewTrial()
    {
        (VersionedModelRunner quick, VersionedModelRunner late) = await OpenTrialAsync();
        await using (quick)
        await using (late)
        {
            late.Versions.ReportMetric("2", 0);
            EvidenceReport first = late.GetService<IMergeableEvidence>()!.Report()!;
            Assert.Equal(first.Subject, quick.GetService<IMergeableEvidence>()!.Report()!.Subject);

            await quick.Versions.RollbackAsync("ann", "no");
            await quick.Versions.StartCanaryAsync("2", 50, "ann", "or yes");
            await late.Versions.RefreshAsync();

            EvidenceReport second = late.GetService<IMergeableEvidence>()!.Report()!;
            Assert.NotEqual(first.Subject, second.Subject);
            Assert.NotEqual(first.Replica, second.Replica);
            Assert.Equal(second.Subject, quick.GetService<IMergeableEvidence>()!.Report()!.Subject);
        }
    }

    /// <summary>The alarm of a trial that was rolled back elsewhere does not end the one that was begun since, and the replica takes part in that one.</summary>
    [Fact]
    public async Task Alarm_TrialRolledBackAndBegunAgainElsewhere_DoesNotEndTheNewTrial()
    {
        (VersionedModelRunner quick, VersionedModelRunner late) = await OpenTrialAsync();
        await using (quick)
        await using (late)
        {
            await quick.Versions.RollbackAsync("ann", "no");
            await quick.Versions.StartCanaryAsync("2", 50, "ann", "or yes");
            for (int i = 0; late.GetService<IMergeableEvidence>()!.Report() is not null; i++)
            {
                Assert.InRange(i, 0, 10_000);
                late.Versions.ReportMetric("1", 1);
                late.Versions.ReportMetric("2", 0);
            }

            await late.Versions.RefreshAsync();
            await Eventually.TrueAsync(() => late.GetService<IMergeableEvidence>()!.Report() is not null);
            Assert.Equal(["default 1", "canary 2", "rollback 2", "canary 2"], await ActionsAsync(late));
            Assert.Equal(quick.GetService<IMergeableEvidence>()!.Report()!.Subject, late.GetService<IMergeableEvidence>()!.Report()!.Subject);
        }
    }

    /// <summary>However many decisions are made while a version loads, its rollback among them is not overlooked.</summary>
    [Fact]
    public async Task Promote_RolledBackWithManyDecisionsSince_IsRefused()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        var store = new MemoryDecisionStore();
        await using VersionedModelRunner runner = await _repository.OpenAsync(Manual, decisions: store);
        await runner.Versions.PromoteAsync("1", "ann", "a");
        string stamp = VersionFolderOf("2").Stamp;
        store.BeforeAppend = _ =>
        {
            store.BeforeAppend = null;
            store.Append(new Decision { At = default, Action = DecisionActions.Rollback, Version = "2", Actor = "bob", Reason = "wrong", Facts = Facts((DecisionFacts.Stamp, stamp)) });
            for (int i = 0; i < 300; i++)
            {
                store.Append(new Decision { At = default, Action = DecisionActions.Label, Version = "1", Actor = "bob", Reason = "r", Facts = Facts((DecisionFacts.Label, "other")) });
            }
        };
        var refused = await Assert.ThrowsAsync<InferenceException>(() => runner.Versions.PromoteAsync("2", "ann", "b").AsTask());
        Assert.Contains("version '2' was rolled back: another decision was made first", refused.Message);
    }

    [Fact]
    public async Task Label_LostRace_IsDecidedAgain()
    {
        _repository.Publish("1");
        var store = new MemoryDecisionStore();
        await using VersionedModelRunner runner = await _repository.OpenAsync(decisions: store);
        Race(store, new Decision { At = default, Action = DecisionActions.Label, Version = "1", Actor = "bob", Reason = "r", Facts = Facts((DecisionFacts.Label, "other")) });
        await runner.Versions.SetLabelAsync("stable", "1", "ann", "tested");
        Assert.Equal(["other", "stable"], Assert.Single(runner.Versions.Versions).Labels);
        Assert.Equal(["default", "label", "label"], store.Records.Select(d => d.Action));
    }

    [Fact]
    public async Task StartCanary_PromotedMeanwhile_IsRefusedWithThatDecision()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        var store = new MemoryDecisionStore();
        await using VersionedModelRunner runner = await _repository.OpenAsync(Manual, decisions: store);
        await runner.Versions.PromoteAsync("1", "ann", "a");
        Race(store, new Decision { At = default, Action = DecisionActions.Promote, Version = "2", From = "1", Actor = "bob", Reason = "quicker" });
        var refused = await Assert.ThrowsAsync<InferenceException>(() => runner.Versions.StartCanaryAsync("2", 10, "ann", "try").AsTask());
        Assert.Contains("version '2' is the default: decision", refused.Message);
        Assert.Contains("(promote '2' by bob: quicker) was made first", refused.Message);
    }

    /// <summary>What the policy adopts, and what it refuses, is noted once, however many replicas find it.</summary>
    [Fact]
    public async Task Policy_OverReplicas_IsNotedOnce()
    {
        _repository.Publish("1");
        VersionedModelRunner[] replicas = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _repository.OpenAsync(o => o.Rollout = RolloutMode.Canary, loader: _repository.NewLoader())))];
        _repository.Publish("2");
        _repository.Publish("3", "corrupt");
        await Task.WhenAll(replicas.Select(r => r.Versions.RefreshAsync().AsTask()));
        Assert.All(replicas, r => Assert.Equal("2", r.Versions.Canary?.Version));
        Assert.Equal(["default 1", "canary 2", "refused 3"], (await ActionsAsync(replicas[0])).OrderBy(a => a[0] == 'd' ? 0 : a[0] == 'c' ? 1 : 2));
        await replicas[3].Versions.RollbackAsync("ann", "no");
        await Task.WhenAll(replicas.Select(r => r.Versions.RefreshAsync().AsTask()));
        Assert.All(replicas, r => Assert.Null(r.Versions.Canary));
        Assert.Equal(4, (await ActionsAsync(replicas[0])).Length);
        foreach (VersionedModelRunner replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    /// <summary>A canary that was taken back may be tried again, and still serves all only by a person's promotion.</summary>
    [Fact]
    public async Task Canary_TakenBack_MayBeTriedAgainButIsNotPromotedByItself()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.Rollout, o.Canary.PromoteAfterCalls) = (RolloutMode.Canary, 5));
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", await runner.Versions.RollbackAsync("ann", "no"));
        await runner.Versions.StartCanaryAsync("2", 50, "ann", "once more");
        Assert.Equal("2", runner.Versions.Canary?.Version);
        for (int i = 0; i < 100; i++)
        {
            await TempRepository.ServedAsync(runner);
        }

        await runner.Versions.RefreshAsync();
        Assert.Equal("1", runner.Versions.DefaultVersion);
        await runner.Versions.PromoteAsync("2", "ann", "it is good");
        Assert.Equal("2", runner.Versions.DefaultVersion);
    }

    [Theory]
    [InlineData("", "why")]
    [InlineData("ann", " ")]
    [InlineData("ann\n", "why")]
    [InlineData("policy", "why")]
    [InlineData("ann", "why\r\ndecision 9 (promote '2' by bob")]
    public async Task Decisions_WithoutWhoOrWhy_AreRefused(string actor, string reason)
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        IModelVersions versions = runner.Versions;
        await Assert.ThrowsAsync<ArgumentException>(async () => await versions.PromoteAsync("1", actor, reason));
        await Assert.ThrowsAsync<ArgumentException>(async () => await versions.RollbackAsync(actor, reason));
        await Assert.ThrowsAsync<ArgumentException>(async () => await versions.StartCanaryAsync("1", 10, actor, reason));
        await Assert.ThrowsAsync<ArgumentException>(async () => await versions.SetLabelAsync("a", "1", actor, reason));
        Assert.Single(await versions.ReadAuditAsync());
    }

    // Two replicas in one trial of version 2.
    private async Task<(VersionedModelRunner Quick, VersionedModelRunner Late)> OpenTrialAsync()
    {
        _repository.Publish("1");
        VersionedModelRunner quick = await _repository.OpenAsync(Trial);
        _repository.Publish("2");
        await quick.Versions.StartCanaryAsync("2", 50, "ann", "yes");
        return (quick, await _repository.OpenAsync(Trial, loader: _repository.NewLoader()));

        static void Trial(VersioningOptions options)
        {
            options.Rollout = RolloutMode.Manual;
            (options.Canary.ShadowWarmupCalls, options.Canary.CompareLatency) = (0, false);
        }
    }

    private VersionFolder VersionFolderOf(string version) => new RepositoryScanner(_repository.Root, static _ => VersionFacts.None).Scan().Single(f => f.Version == version);

    private static void Manual(VersioningOptions options) => (options.Rollout, options.KeepLatest) = (RolloutMode.Manual, 0);

    // Just before the next record another replica's comes.
    private static void Race(MemoryDecisionStore store, Decision other) => store.BeforeAppend = _ =>
    {
        store.BeforeAppend = null;
        store.Append(other);
    };

    private static Dictionary<string, string> Facts(params (string Name, string Value)[] facts) => facts.ToDictionary(f => f.Name, f => f.Value);

    private static async Task<string[]> ActionsAsync(VersionedModelRunner runner) => [.. (await runner.Versions.ReadAuditAsync()).Select(d => $"{d.Action} {d.Version}")];
}
