using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>Which calls that end early count against the version they ran on.</summary>
public sealed class CanaryTimeoutTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(50);

    private readonly TempRepository _repository = new();
    private readonly FakeRunner _spare = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task AttemptLimit_CallThatStops_CountsAsFailedOnce()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Gate.Close());
        await using IModelRunner runner = WithFallback(versions);
        Task<NamedValues> call = StartAsync(runner);
        await Eventually.TrueAsync(() => _repository.Runner("2").Gate.Waiting == 1 && _repository.Clock.RunningTimers > 0);
        _repository.Clock.Advance(s_limit);
        (await Eventually.CompletesAsync(call)).Dispose();
        await Eventually.TrueAsync(() => ((FallbackModelRunner)runner).Detached == 0);
        Assert.Equal((1L, 1L), Counts(versions));
        Assert.Equal(1, _spare.Calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public async Task AttemptLimit_CallThatDoesNotListen_CountsWhenTheTimeIsUp(int maxDetached)
    {
        using var stuck = new ManualResetEventSlim();
        await using VersionedModelRunner versions = await OpenAsync(r => r.OnRun = _ => stuck.Wait());
        await using IModelRunner runner = WithFallback(versions, maxDetached);
        Task<NamedValues> call = StartAsync(runner);
        await Eventually.TrueAsync(() => _repository.Runner("2").Active == 1 && _repository.Clock.RunningTimers > 0);
        Assert.Equal((0L, 0L), Counts(versions));
        _repository.Clock.Advance(s_limit);
        await Eventually.TrueAsync(() => Counts(versions) == (1L, 1L));
        stuck.Set();
        (await Eventually.CompletesAsync(call)).Dispose();
        await Eventually.TrueAsync(() => _repository.Runner("2").Active == 0 && ((FallbackModelRunner)runner).Detached == 0);
        Assert.Equal((1L, 1L), Counts(versions));
    }

    /// <summary>Its attempts never end; those on the default are answered all the same, before and after it is rolled back.</summary>
    [Fact]
    public async Task NeverAnswers_IsRolledBackAndKeepsNoCallFromTheDefault()
    {
        using var stuck = new ManualResetEventSlim();
        _repository.Publish("1");
        _repository.On("2", r => r.OnRun = _ => stuck.Wait());
        await using VersionedModelRunner versions = await _repository.OpenAsync(o => (o.Rollout, o.Canary.Percent, o.Canary.PromoteAfterCalls) = (RolloutMode.Canary, 20, 1));
        _repository.Publish("2");
        await versions.Versions.RefreshAsync();
        await using IModelRunner runner = WithFallback(versions, maxDetached: 8);
        for (int calls = 0; versions.Versions.Canary is not null; calls++)
        {
            Assert.InRange(calls, 0, 200);
            int before = _repository.Runner("2").Active;
            Task<NamedValues> call = StartAsync(runner, new RunContext { RoutingKey = $"{calls}" });
            await Eventually.TrueAsync(() => call.IsCompleted || (_repository.Runner("2").Active > before && _repository.Clock.RunningTimers > 0));
            _repository.Clock.Advance(s_limit);
            (await Eventually.CompletesAsync(call)).Dispose();
        }

        Assert.Equal("1", versions.Versions.DefaultVersion);
        Assert.InRange(((FallbackModelRunner)runner).Detached, 1, 8);
        int spare = _spare.Calls;
        (await StartAsync(runner)).Dispose();
        Assert.Equal(spare, _spare.Calls);
        stuck.Set();
        await Eventually.TrueAsync(() => ((FallbackModelRunner)runner).Detached == 0);
    }

    [Fact]
    public async Task AttemptLimit_OfAnOuterFallback_CountsToo()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Gate.Close());
        await using IModelRunner inner = WithFallback(versions, limit: TimeSpan.FromHours(1));
        await using IModelRunner outer = inner.AsBuilder().UseFallback(o => o.AttemptTimeout = s_limit, _spare).Build(new OneService(_repository.Clock));
        Task<NamedValues> call = StartAsync(outer);
        await Eventually.TrueAsync(() => _repository.Runner("2").Gate.Waiting == 1 && _repository.Clock.RunningTimers > 1);
        _repository.Clock.Advance(s_limit);
        (await Eventually.CompletesAsync(call)).Dispose();
        await Eventually.TrueAsync(() => Counts(versions) == (1L, 1L));
    }

    [Fact]
    public async Task AttemptInTime_CountsAsItEnds()
    {
        await using VersionedModelRunner versions = await OpenAsync(_ => { });
        await using IModelRunner runner = WithFallback(versions);
        (await StartAsync(runner)).Dispose();
        Assert.Equal((1L, 0L), Counts(versions));
        _repository.Runner("2").Fail = _ => new ModelRunException("broken");
        (await StartAsync(runner)).Dispose();
        Assert.Equal((2L, 1L), Counts(versions));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_ByTheCaller_SaysNothing(bool withFallback)
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Gate.Close());
        await using IModelRunner runner = WithFallback(versions);
        using var cancel = new CancellationTokenSource();
        Task<NamedValues> call = StartAsync(withFallback ? runner : versions, null, cancel.Token);
        await Eventually.TrueAsync(() => _repository.Runner("2").Gate.Waiting == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.TrueAsync(() => Counts(versions) == (1L, 0L));
    }

    [Fact]
    public async Task Cancelled_ThoughNotByTheCaller_CountsAsFailed()
    {
        await using VersionedModelRunner versions = await OpenAsync(r => r.Fail = _ => new TaskCanceledException("a limit of the provider"));
        await Assert.ThrowsAsync<TaskCanceledException>(() => StartAsync(versions));
        Assert.Equal((1L, 1L), Counts(versions));
    }

    // Passed before the call came, while it ran, and a limit of the model's own.
    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(5, 1)]
    [InlineData(null, 1)]
    public async Task Deadline_CountsWhereTheCallHadTime(int? milliseconds, int errors)
    {
        await using VersionedModelRunner versions = await OpenAsync(r =>
        {
            r.OnRun = _ => _repository.Clock.Advance(TimeSpan.FromMilliseconds(20));
            r.Fail = _ => new DeadlineExceededException("late");
        });
        DateTimeOffset? deadline = milliseconds is { } left ? _repository.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(left) : null;
        await Assert.ThrowsAsync<DeadlineExceededException>(() => StartAsync(versions, new RunContext { Deadline = deadline }));
        Assert.Equal((1L, (long)errors), Counts(versions));
    }

    private async Task<VersionedModelRunner> OpenAsync(Action<FakeRunner> canary)
    {
        _repository.Publish("1");
        _repository.On("2", canary);
        VersionedModelRunner versions = await _repository.OpenAsync(o => (o.Rollout, o.Canary.Percent) = (RolloutMode.Canary, 100));
        _repository.Publish("2");
        await versions.Versions.RefreshAsync();
        return versions;
    }

    private IModelRunner WithFallback(VersionedModelRunner versions, int maxDetached = 8, TimeSpan? limit = null) =>
        versions.AsBuilder().UseFallback(o => (o.AttemptTimeout, o.MaxDetached, o.FailureRatio) = (limit ?? s_limit, maxDetached, 1), _spare).Build(new OneService(_repository.Clock));

    private static async Task<NamedValues> StartAsync(IModelRunner runner, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        using NamedValues inputs = FakeModel.Rows(7);
        return await runner.RunAsync(inputs, context, cancellationToken);
    }

    private static (long Calls, long Errors) Counts(VersionedModelRunner versions) => versions.Versions.Canary is { } canary ? (canary.Calls, canary.Errors) : default;

    private sealed class OneService(TimeProvider clock) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(TimeProvider) ? clock : null;
    }
}
