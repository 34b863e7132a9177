using Inference.Caching;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

public sealed class VersionedModelRunnerTests : IDisposable
{
    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Open_SeveralVersions_ServesTheNewestByNumber()
    {
        _repository.Publish("2");
        _repository.Publish("10");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        var context = new RunContext();
        Assert.Equal("10", await TempRepository.ServedAsync(runner, context));
        Assert.Equal("10", context.Record.VersionServed);
        Assert.Equal("10", runner.Info.Version);
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [Fact]
    public async Task Open_NoVersionPasses_ErrorListsEachReason()
    {
        _repository.Publish("1", "corrupt");
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => _repository.OpenAsync());
        Assert.Contains("expected a version that passes its gates under policy Latest, got none of 1", error.Message);
        Assert.Contains("malformed", error.Message);
    }

    [Fact]
    public async Task Refresh_NewVersion_SwapsAndUnloadsOldOnesAfterTheirLastCall()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 0);
        FakeRunner old = _repository.Runner("1");
        old.Gate.Close();
        Task<string> inFlight = TempRepository.ServedAsync(runner);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        Assert.Equal(0, old.DisposeCount);
        Assert.Contains(runner.Versions.Versions, v => v is { Version: "1", State: ModelVersionState.Draining } or { Version: "1", State: ModelVersionState.Available });
        old.Gate.Open();
        Assert.Equal("1", await Eventually.CompletesAsync(inFlight));
        await Eventually.TrueAsync(() => old.DisposeCount == 1);
        Assert.False(old.WasDisposedWhileRunning);
    }

    [Fact]
    public async Task Refresh_CorruptVersion_OldStaysAndTheNextOneIsTaken()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        _repository.Publish("2", "corrupt");
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Equal(ModelState.Degraded, runner.State);
        Assert.Contains("version '2' was refused at gate Load", runner.Description);
        Assert.Equal(ModelVersionState.Refused, Assert.Single(runner.Versions.Versions, v => v.Version == "2").State);

        _repository.Publish("3");
        await runner.Versions.RefreshAsync();
        Assert.Equal("3", await TempRepository.ServedAsync(runner));
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [Fact]
    public async Task Refresh_RefusedVersion_IsNotTriedAgainBeforeItsTime()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.Debounce = TimeSpan.Zero);
        _repository.Publish("2", "corrupt");
        await runner.Controller.ReconcileAsync(false, default);
        int loads = _repository.Loader.Loads;
        await runner.Controller.ReconcileAsync(false, default);
        Assert.Equal(loads, _repository.Loader.Loads);
        _repository.Clock.Advance(TimeSpan.FromSeconds(31));
        await runner.Controller.ReconcileAsync(false, default);
        Assert.Equal(loads + 1, _repository.Loader.Loads);
    }

    [Fact]
    public async Task Refresh_ReplacedFiles_ServesTheNewContentUnderTheSameVersion()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        FakeRunner old = _repository.Runner("1");
        _repository.Publish("1", "42");
        await runner.Versions.RefreshAsync();
        Assert.Equal("42", await TempRepository.ServedAsync(runner));
        await Eventually.TrueAsync(() => old.DisposeCount == 1);
    }

    [Fact]
    public async Task Refresh_DefaultDeleted_GoesOnServingUntilThereIsAnother()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        Directory.Delete(Path.Combine(_repository.Root, "1"), true);
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
    }

    [Fact]
    public async Task Reconcile_UnsettledFiles_WaitForTheDebounce()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.Debounce = TimeSpan.FromSeconds(1));
        _repository.Publish("2");
        Assert.True(await runner.Controller.ReconcileAsync(false, default));
        Assert.Equal("1", runner.Versions.DefaultVersion);
        _repository.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await runner.Controller.ReconcileAsync(false, default));
        Assert.Equal("2", runner.Versions.DefaultVersion);
    }

    [Fact]
    public async Task Watch_RenameIntoPlace_IsSeenWithoutPolling()
    {
        _repository.Publish("1");
        var options = new VersioningOptions { Debounce = TimeSpan.FromMilliseconds(1), PollInterval = TimeSpan.FromDays(1), WarmupRuns = 0 };
        await using VersionedModelRunner runner = await ModelRepository.OpenAsync(_repository.Root, _repository.Loader, new ModelRepositoryOptions { Versioning = options });
        _repository.Publish("2");
        await Eventually.TrueAsync(() => runner.Versions.DefaultVersion == "2", "the rename was not noticed");
        _repository.Publish("3", "corrupt");
        await Eventually.TrueAsync(() => runner.State == ModelState.Degraded, "the corrupt version was not noticed");
        _repository.Publish("4");
        await Eventually.TrueAsync(() => runner.Versions.DefaultVersion == "4", "watching ended with the failed load");
    }

    [Fact]
    public async Task Watch_NoNotification_PollingFindsTheVersion()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            o.Watch = true;
            o.Debounce = TimeSpan.Zero;
            o.PollInterval = TimeSpan.FromSeconds(10);
        });
        await Eventually.TrueAsync(() => _repository.Clock.RunningTimers > 0);
        _repository.Publish("2");
        await Eventually.TrueAsync(() =>
        {
            _repository.Clock.Advance(TimeSpan.FromSeconds(10));
            return runner.Versions.DefaultVersion == "2";
        });
    }

    [Fact]
    public async Task Compatibility_OtherInputs_IsRefused()
    {
        _repository.Publish("1");
        _repository.On("2", r => r.Info = r.Info with { Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(5)]))] });
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", runner.Versions.DefaultVersion);
        Assert.Contains("input 'x': expected float32[?,4], got float32[?,5]", runner.Description);
        VersionRefusedException error = await Assert.ThrowsAsync<VersionRefusedException>(() => runner.Versions.PromoteAsync("2", "ann", "why").AsTask());
        Assert.Equal(VersionGate.Compatibility, error.Gate);
    }

    [Fact]
    public async Task Compatibility_AfterRestart_TheSignatureServedBeforeStillBinds()
    {
        _repository.Publish("1");
        await (await _repository.OpenAsync()).DisposeAsync();
        _repository.On("2", r => r.Info = r.Info with { Outputs = [] });
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        Assert.Equal("1", runner.Versions.DefaultVersion);
    }

    [Fact]
    public async Task Policies_PinnedAndLabel_ChooseTheirVersion()
    {
        _repository.Publish("1");
        _repository.Publish("2", manifest: """{ "labels": ["stable"] }""");
        _repository.Publish("3");
        await using (VersionedModelRunner pinned = await _repository.OpenAsync(o => (o.Policy, o.PinnedVersion) = (VersionPolicy.Pinned, "1")))
        {
            Assert.Equal("1", await TempRepository.ServedAsync(pinned));
        }

        await using VersionedModelRunner labelled = await _repository.OpenAsync(o => (o.Policy, o.DefaultLabel) = (VersionPolicy.Label, "stable"));
        Assert.Equal("2", await TempRepository.ServedAsync(labelled));
        await labelled.Versions.SetLabelAsync("stable", "3", "ann", "tested");
        Assert.Equal("3", await TempRepository.ServedAsync(labelled));
    }

    [Fact]
    public async Task NamedRunner_VersionOrLabel_StaysOnIt()
    {
        _repository.Publish("1", manifest: """{ "labels": ["old"] }""");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner.GetService<IModelRunner>("old")!));
        Assert.Equal("2", await TempRepository.ServedAsync(runner.GetService<IModelRunner>("2")!));
        Assert.Throws<ModelLoadException>(() => runner.GetService<IModelRunner>("9")!.Info);
    }

    [Fact]
    public async Task GetService_StagesOfAVersion_AreReachedByItsName()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 2, v => v.UseCaching(o => o.Adaptive = false));
        var second = runner.GetService<ICacheControl>()!;
        var first = runner.GetService<IModelRunner>("1")!.GetService<ICacheControl>()!;
        Assert.NotSame(first, second);
        await TempRepository.ServedAsync(runner, new RunContext { Tenant = "a" });
        Assert.Equal((0, 1), (first.Statistics.Entries, second.Statistics.Entries));
        Assert.True(await second.EraseTenantAsync("a"));
        Assert.Equal(0, second.Statistics.Entries);
        Assert.Null(runner.GetService<IModelSplitter>());
        Assert.Null(runner.GetService<IModelRunner>("1")!.GetService<IBindable>());
    }

    [Fact]
    public async Task Promote_Rollback_SurviveARestartAndAreAudited()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using (VersionedModelRunner runner = await _repository.OpenAsync())
        {
            await runner.Versions.PromoteAsync("1", "ann", "2 is too slow");
            Assert.Equal("1", await TempRepository.ServedAsync(runner));
        }

        await using VersionedModelRunner again = await _repository.OpenAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(again));
        _repository.Publish("3");
        await again.Versions.RefreshAsync();
        Assert.Equal("3", await TempRepository.ServedAsync(again));
        Assert.Equal("3", await again.Versions.RollbackAsync("ann", "3 is worse"));
        Assert.Equal("1", await TempRepository.ServedAsync(again));
        await again.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(again));
        Assert.Equal(["default", "promote", "default", "rollback"], (await again.Versions.ReadAuditAsync()).Select(e => e.Action));
        Assert.Equal("3 is worse", (await again.Versions.ReadAuditAsync())[^1].Reason);
    }

    [Fact]
    public async Task Rollback_NothingBefore_SaysSo()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => runner.Versions.RollbackAsync("ann", "why").AsTask());
        Assert.Equal("Model 'ranker': expected an earlier default to roll back to from version '1', found none. Promote a version by name instead.", error.Message);
    }

    [Fact]
    public async Task Budget_KeptVersionsMakeRoom_ServingOnesDoNot()
    {
        _repository.Publish("1", "1        ");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.MaxLoadedBytes = 20);
        _repository.Publish("2", "2        ");
        await runner.Versions.RefreshAsync();
        Assert.Equal(["2", "1"], runner.Versions.Versions.Where(v => v.Digest is not null).Select(v => v.Version));
        FakeRunner first = _repository.Runner("1");
        _repository.Publish("3", "3        ");
        await runner.Versions.RefreshAsync();
        Assert.Equal("3", runner.Versions.DefaultVersion);
        await Eventually.TrueAsync(() => first.DisposeCount == 1);
        _repository.Publish("4", "4" + new string(' ', 18));
        await runner.Versions.RefreshAsync();
        Assert.Equal("3", runner.Versions.DefaultVersion);
        Assert.Contains("refused at gate Budget", runner.Description);
    }

    [Fact]
    public async Task Dispose_CallsInFlight_FinishFirst()
    {
        _repository.Publish("1");
        VersionedModelRunner runner = await _repository.OpenAsync();
        FakeRunner inner = _repository.Runner("1");
        inner.Gate.Close();
        Task<string> call = TempRepository.ServedAsync(runner);
        runner.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => TempRepository.ServedAsync(runner));
        Assert.Equal(0, inner.DisposeCount);
        inner.Gate.Open();
        Assert.Equal("1", await Eventually.CompletesAsync(call));
        await runner.DisposeAsync();
        Assert.Equal(1, inner.DisposeCount);
        Assert.False(inner.WasDisposedWhileRunning);
    }

    [Fact]
    public async Task ChangeOptions_Invalid_KeepsTheLastGoodOnes()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => runner.ChangeOptionsAsync(new VersioningOptions { Policy = VersionPolicy.Pinned }).AsTask());
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        await runner.ChangeOptionsAsync(new VersioningOptions { Policy = VersionPolicy.Pinned, PinnedVersion = "1", WarmupRuns = 0, Watch = false });
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
    }

    [Fact]
    public async Task PerVersion_Stages_AreBuiltAroundEachVersionAndDisposedWithIt()
    {
        _repository.Publish("1");
        var made = new List<Marked>();
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 0, p => p.Use(inner =>
        {
            var marked = new Marked(inner);
            made.Add(marked);
            return marked;
        }));
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal(["1", "2"], made.Select(m => m.Info.Version));
        await Eventually.TrueAsync(() => _repository.Runner("1").DisposeCount == 1);
        Assert.Equal(0, _repository.Runner("2").DisposeCount);
    }

    private sealed class Marked(IModelRunner inner) : DelegatingModelRunner(inner);
}
