using Inference.Batching;
using Inference.Caching;
using Inference.Evaluation.Sequential;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>What a trial takes for comparable, through the stages around the version.</summary>
public sealed class CanaryLikeWithLikeTests : IDisposable
{
    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task CacheHit_SaysNothing()
    {
        await using VersionedModelRunner versions = await OpenAsync(_ => { }, perVersion: v => v.UseCaching(o => o.Adaptive = false));
        for (int i = 0; i < 5; i++)
        {
            await CallAsync(versions, i < 4 ? 7 : 8);
        }

        Assert.Equal(2, _repository.Runner("2").Calls);
        Assert.Equal((2, 0), Judged(versions));
    }

    [Fact]
    public async Task FailureOfAJointRun_CountsOnce()
    {
        await using VersionedModelRunner versions = await OpenAsync(
            r => r.Fail = _ => new ModelRunException("broken"),
            perVersion: v => v.UseBatching(o => (o.IsolateFaults, o.RunInlineWhenIdle, o.MaxRows, o.StepAside, o.MaxDelay) = (false, false, 3, false, TimeSpan.FromMilliseconds(200))));
        Task[] calls = [.. Enumerable.Range(0, 3).Select(i => Assert.ThrowsAsync<ModelRunException>(() => CallAsync(versions, i)))];
        await Eventually.CompletesAsync(Task.WhenAll(calls));
        Assert.Equal(_repository.Runner("2").Calls, Judged(versions).Failed);
        // A failure of its own counts, though the exception were the same object.
        var same = new ModelRunException("the same");
        _repository.Runner("2").Fail = _ => same;
        int before = Judged(versions).Failed;
        await Assert.ThrowsAsync<ModelRunException>(() => CallAsync(versions, 1));
        await Assert.ThrowsAsync<ModelRunException>(() => CallAsync(versions, 2));
        Assert.Equal(before + 2, Judged(versions).Failed);
    }

    [Fact]
    public async Task FallbackInsideTheVersion_IsAFailureOfTheVersion()
    {
        var spare = new FakeRunner();
        await using VersionedModelRunner versions = await OpenAsync(r => r.Fail = _ => new ModelRunException("broken"), perVersion: v => v.UseFallback(null, spare));
        await CallAsync(versions, 7);
        Assert.Equal((1, 1), Judged(versions));
        Assert.Equal(1, spare.Calls);
    }

    [Fact]
    public async Task Record_ContainsTheModelsOwnTime()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.OnRun = rows => _repository.Clock.Advance(TimeSpan.FromMilliseconds(rows)));
        var context = new RunContext();
        await CallAsync(versions, 7, context);
        Assert.Equal([new("model:ranker", TimeSpan.FromMilliseconds(1))], context.Record.Timings);
    }

    [Fact]
    public async Task Refusal_ThatTheDefaultDoesNotShare_IsTheCanarysError()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Fail = _ => new InvalidInputException("id 7 is out of range"));
        await Assert.ThrowsAsync<InvalidInputException>(() => CallAsync(versions, 7));
        await Eventually.TrueAsync(() => Judged(versions) == (1, 1));
        Assert.Equal(1, _repository.Runner("1").Calls);
    }

    [Fact]
    public async Task Refusal_ThatTheDefaultShares_SaysNothing()
    {
        _repository.On("1", r => r.Fail = _ => new InvalidInputException("id 7 is out of range"));
        await using VersionedModelRunner versions = await OpenAsync(r => r.Fail = _ => new InvalidInputException("id 7 is out of range"));
        for (int i = 1; i <= 100; i++)
        {
            await Assert.ThrowsAsync<InvalidInputException>(() => CallAsync(versions, 7));
            await Eventually.TrueAsync(() => versions.Versions.Canary!.Calls == i);
        }

        Assert.Equal((0, 0), Judged(versions));
        // The default is asked at a bounded rate.
        Assert.Equal(32, _repository.Runner("1").Calls);
    }

    [Fact]
    public async Task Deadline_PassedWhileTheModelStillRuns_CountsAtTheNextCall()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Gate.Close(), o => o.Canary.PromoteAfterCalls = 1_000);
        Task stuck = CallAsync(versions, 7, new RunContext { Deadline = _repository.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(50) });
        _repository.Clock.Advance(TimeSpan.FromMilliseconds(51));
        Assert.Equal((0, 0), Judged(versions));
        Task next = CallAsync(versions, 8);
        Assert.Equal((1, 1), Judged(versions));
        _repository.Runner("2").Gate.Open();
        await Eventually.CompletesAsync(Task.WhenAll(stuck, next));
        Assert.Equal((2, 1), Judged(versions));
    }

    [Fact]
    public async Task Promotion_WaitsForACallThatIsOld()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Gate.Close(), o => o.Canary.PromoteAfterCalls = 20);
        Task stuck = CallAsync(versions, 7);
        await Eventually.TrueAsync(() => _repository.Runner("2").Gate.Waiting == 1);
        Gate gate = _repository.Runner("2").Gate;
        gate.Pulse();
        await Eventually.CompletesAsync(stuck);
        var never = new TaskCompletionSource();
        _repository.Runner("2").Delay = _ => TimeSpan.FromHours(1);
        gate.Open();
        _repository.Runner("2").Clock = _repository.Clock;
        Task old = CallAsync(versions, 7);
        _repository.Runner("2").Delay = _ => TimeSpan.Zero;
        for (int i = 0; i < 60; i++)
        {
            await CallAsync(versions, i);
        }

        Assert.NotNull(versions.Versions.Canary);
        _repository.Clock.Advance(TimeSpan.FromHours(2));
        await Eventually.CompletesAsync(old);
        await CallAsync(versions, 7);
        await Eventually.TrueAsync(() => versions.Versions.DefaultVersion == "2");
    }

    [Fact]
    public async Task Warmup_CopiesCallsBeforeTheShareIsRouted()
    {
        await using VersionedModelRunner versions = await OpenAsync(_ => { }, o => (o.Canary.ShadowWarmupCalls, o.Canary.Percent) = (3, 99.9999));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("1", await TempRepository.ServedAsync(versions));
            int copies = i + 1;
            await Eventually.TrueAsync(() => _repository.Runner("2").Calls == copies && versions.Controller.Table!.Trial!.Slot.InFlight == 0);
        }

        await Eventually.TrueAsync(() => versions.Controller.Table!.Trial!.TakesCalls);
        Assert.Equal((0, 0), Judged(versions));
        Assert.Equal("2", await TempRepository.ServedAsync(versions));
        Assert.Equal((1, 0), Judged(versions));
    }

    [Fact]
    public async Task Warmup_CanaryThatDoesNotAnswer_EndsByCallsOrTime()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Gate.Close(), o => (o.Canary.ShadowWarmupCalls, o.Canary.Percent) = (2, 99.9999));
        CanaryTrial trial = versions.Controller.Table!.Trial!;
        for (int i = 0; i < 20; i++)
        {
            Assert.False(trial.TakesCalls);
            Assert.Equal("1", await TempRepository.ServedAsync(versions));
        }

        Assert.True(trial.TakesCalls);
        await versions.Versions.RollbackAsync("ann", "no");
        _repository.Publish("3");
        _repository.On("3", r => r.Gate.Close());
        await versions.Versions.RefreshAsync();
        trial = versions.Controller.Table!.Trial!;
        Assert.False(trial.TakesCalls);
        _repository.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(trial.TakesCalls);
        _repository.Runner("2").Gate.Open();
    }

    [Fact]
    public void Pairs_AreOfOneKindAndOneBound()
    {
        var pairs = new LatencyPairs(0.9, 1.5, warmup: 0);
        for (int i = 1; i <= 82; i++)
        {
            Assert.Null(pairs.Add(false, 1, i));
        }

        // The 2 first runs of a kind are left out; of 3 to 82 the bound is 75.
        Assert.Null(pairs.Add(true, 1, 1));
        Assert.Null(pairs.Add(true, 1, 1));
        Assert.Null(pairs.Add(false, 1, 76));
        Assert.Null(pairs.Add(true, 2, 1));
        Assert.Equal((false, true), pairs.Add(true, 1, 75 * 1.5));
        Assert.Null(pairs.Add(true, 1, 75 * 1.6));
        Assert.Equal((true, false), pairs.Add(false, 1, 75));
        pairs.ReplaceControl();
        Assert.Null(pairs.Add(false, 1, 75));
        Assert.Null(pairs.Add(true, 1, 75));
    }

    private static (int Total, int Failed) Judged(VersionedModelRunner versions)
    {
        OutcomeCounts counts = versions.Controller.Table!.Trial!.Counts().Errors.Stages[^1].Treatment;
        return ((int)counts.Total, (int)counts.Counts[^1]);
    }

    private async Task<VersionedModelRunner> OpenAsync(Action<FakeRunner> canary, Action<VersioningOptions>? configure = null, Action<IModelPipelineBuilder>? perVersion = null)
    {
        _repository.Publish("1");
        _repository.On("2", canary);
        VersionedModelRunner versions = await _repository.OpenAsync(
            o =>
            {
                (o.Rollout, o.Canary.Percent, o.Canary.AutomaticRollback) = (RolloutMode.Canary, 100, false);
                configure?.Invoke(o);
            },
            perVersion);
        _repository.Publish("2");
        await versions.Versions.RefreshAsync();
        return versions;
    }

    private static async Task CallAsync(IModelRunner runner, float row, RunContext? context = null)
    {
        using NamedValues inputs = FakeModel.Rows(row);
        (await runner.RunAsync(inputs, context)).Dispose();
    }
}
