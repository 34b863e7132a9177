using Inference.TestSupport;

namespace Inference.Versioning.Tests;

public sealed class FallbackTests : IDisposable
{
    private readonly TempRepository _repository = new();
    private readonly TimerCountingTimeProvider _clock = new();
    private readonly FakeRunner _primary = new();
    private readonly FakeRunner _cheap = new(compute: inputs => Marked(inputs));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Error_NextInTheChain_Answers()
    {
        _primary.Fail = _ => new ModelRunException("broken");
        await using IModelRunner runner = Build();
        var context = new RunContext();
        Assert.True(await IsCheapAsync(runner, context));
        Assert.Equal(["fallback:error", "fallback:runner:0"], context.Record.Path);
    }

    [Fact]
    public async Task InvalidInput_IsTheCallersFault_AndDoesNotFallBack()
    {
        _primary.Fail = _ => new InvalidInputException("wrong shape");
        await using IModelRunner runner = Build();
        await Assert.ThrowsAsync<InvalidInputException>(() => IsCheapAsync(runner));
        Assert.Equal(0, _cheap.Calls);
    }

    [Fact]
    public async Task DeadlineBeyondWhatTimersReach_IsNoError()
    {
        await using IModelRunner runner = Build();
        var context = new RunContext { Deadline = DateTimeOffset.MaxValue };
        Assert.False(await IsCheapAsync(runner, context));
        Assert.Empty(context.Record.Path);
    }

    [Fact]
    public async Task AllFail_TheFirstErrorIsThrown()
    {
        _primary.Fail = _ => new ModelRunException("first");
        _cheap.Fail = _ => new ModelRunException("second");
        await using IModelRunner runner = Build();
        Assert.Equal("first", (await Assert.ThrowsAsync<ModelRunException>(() => IsCheapAsync(runner))).Message);
    }

    [Fact]
    public async Task Cancelled_WhileAFallbackFails_TheFirstErrorIsThrown()
    {
        using var cancel = new CancellationTokenSource();
        _primary.Fail = _ => new ModelRunException("first");
        _cheap.Fail = _ =>
        {
            cancel.Cancel();
            return new ModelRunException("second");
        };
        await using IModelRunner runner = Build();
        using NamedValues inputs = FakeModel.Rows(1);
        Assert.Equal("first", (await Assert.ThrowsAsync<ModelRunException>(async () => await runner.RunAsync(inputs, null, cancel.Token))).Message);
    }

    [Fact]
    public async Task Cancelled_WhileAFallbackRuns_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        _primary.Fail = _ => new ModelRunException("first");
        _cheap.Fail = _ =>
        {
            cancel.Cancel();
            return new OperationCanceledException(cancel.Token);
        };
        await using IModelRunner runner = Build();
        using NamedValues inputs = FakeModel.Rows(1);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await runner.RunAsync(inputs, null, cancel.Token));
    }

    [Fact]
    public async Task InvalidInputForTheFallbackAlone_TheFirstErrorIsThrown()
    {
        _primary.Fail = _ => new ModelRunException("first");
        _cheap.Fail = _ => new InvalidInputException("wrong shape");
        await using IModelRunner runner = Build();
        Assert.Equal("first", (await Assert.ThrowsAsync<ModelRunException>(() => IsCheapAsync(runner))).Message);
    }

    [Fact]
    public async Task OpenCircuit_SkipsTheTarget_AndTriesItAgainLater()
    {
        _primary.Fail = _ => new ModelRunException("broken");
        await using IModelRunner runner = Build(o => (o.MinimumCalls, o.BreakDuration) = (4, TimeSpan.FromSeconds(5)));
        var status = (IModelStatus)runner;
        Assert.Equal(ModelState.Ready, status.State);
        for (int i = 0; i < 4; i++)
        {
            Assert.True(await IsCheapAsync(runner));
        }

        Assert.Equal(ModelState.Degraded, status.State);
        int calls = _primary.Calls;
        var context = new RunContext();
        Assert.True(await IsCheapAsync(runner, context));
        Assert.Equal(calls, _primary.Calls);
        Assert.Equal("fallback:open", context.Record.Path[0]);
        _primary.Fail = _ => null;
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(await IsCheapAsync(runner));
        Assert.Equal(ModelState.Ready, status.State);
    }

    [Fact]
    public async Task Regression_InvalidInputsOrACancelledCall_DoNotCloseTheCircuit()
    {
        _primary.Fail = _ => new ModelRunException("broken");
        await using IModelRunner runner = Build(o => (o.MinimumCalls, o.BreakDuration) = (4, TimeSpan.FromSeconds(5)));
        for (int i = 0; i < 4; i++)
        {
            Assert.True(await IsCheapAsync(runner));
        }

        var status = (IModelStatus)runner;
        _clock.Advance(TimeSpan.FromSeconds(5));
        _primary.Fail = _ => new InvalidInputException("inputs");
        await Assert.ThrowsAsync<InvalidInputException>(() => IsCheapAsync(runner));
        Assert.Equal(ModelState.Degraded, status.State);

        _primary.Gate.Close();
        using var cancel = new CancellationTokenSource();
        using NamedValues inputs = FakeModel.Rows(7);
        Task<NamedValues> call = runner.RunAsync(inputs, null, cancel.Token).AsTask();
        await Eventually.TrueAsync(() => _primary.Gate.Waiting == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(ModelState.Degraded, status.State);

        _primary.Gate.Open();
        _primary.Fail = _ => null;
        Assert.False(await IsCheapAsync(runner));
        Assert.Equal(ModelState.Ready, status.State);
    }

    [Fact]
    public async Task Regression_CancelledByTheTargetItself_FallsBackAndCounts()
    {
        _primary.Fail = _ => new TaskCanceledException("a limit of the provider");
        await using IModelRunner runner = Build(o => o.MinimumCalls = 4);
        for (int i = 0; i < 4; i++)
        {
            Assert.True(await IsCheapAsync(runner));
        }

        Assert.Equal(ModelState.Degraded, ((IModelStatus)runner).State);
    }

    [Fact]
    public async Task AllCircuitsOpen_ShedsAndSaysSo()
    {
        _primary.Fail = _cheap.Fail = _ => new ModelRunException("broken");
        await using IModelRunner runner = Build(o => o.MinimumCalls = 2);
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ModelRunException>(() => IsCheapAsync(runner));
        }

        OverloadedException error = await Assert.ThrowsAsync<OverloadedException>(() => IsCheapAsync(runner));
        Assert.Equal("Model 'fake': the circuits of all targets are open ('primary', 'runner:0') because most of their recent calls failed. Retry later.", error.Message);
        Assert.Equal(ModelState.Failed, ((IModelStatus)runner).State);
    }

    [Fact]
    public async Task Timeout_LoserIsLeftAlone_WithItsInputsUntilItEnds()
    {
        _primary.Gate.Close();
        await using IModelRunner runner = Build(o => o.AttemptTimeout = TimeSpan.FromMilliseconds(50));
        NamedValues inputs = FakeModel.Rows(7);
        ValueTask<NamedValues> call = runner.RunAsync(inputs);
        await Eventually.TrueAsync(() => _primary.Gate.Waiting == 1 && _clock.RunningTimers > 0);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        using (NamedValues outputs = await call)
        {
            Assert.Equal(-1, outputs[FakeModel.Output].AsSpan<float>()[0]);
        }

        inputs.Dispose();
        await Eventually.TrueAsync(() => ((FallbackModelRunner)runner).Detached == 0, "the cancelled attempt ended");
    }

    [Fact]
    public async Task Timeout_UncancellableLosers_AreBoundedThenShed()
    {
        var stuck = new StuckRunner();
        await using IModelRunner runner = Build(o => (o.AttemptTimeout, o.MaxDetached, o.FailureRatio) = (TimeSpan.FromMilliseconds(50), 2, 1), stuck);
        for (int i = 1; i <= 2; i++)
        {
            Task<bool> call = IsCheapAsync(runner);
            await Eventually.TrueAsync(() => stuck.Started == i && _clock.RunningTimers > 0);
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            Assert.True(await Eventually.CompletesAsync(call));
        }

        Assert.Equal(2, ((FallbackModelRunner)runner).Detached);
        // Both slots are taken: the stuck model is not called any more, the fallback answers at once.
        var context = new RunContext();
        Assert.True(await Eventually.CompletesAsync(IsCheapAsync(runner, context)));
        Assert.Equal(2, stuck.Started);
        Assert.Equal("fallback:shed", context.Record.Path[0]);
        stuck.Release();
        await Eventually.TrueAsync(() => ((FallbackModelRunner)runner).Detached == 0);
        Assert.All(stuck.Seen, id => Assert.Equal(7, id));
    }

    [Fact]
    public async Task Timeout_NobodyLeftToAsk_TheCallIsShed()
    {
        var stuck = new StuckRunner();
        await using IModelRunner runner = stuck.AsBuilder().UseFallback(o => (o.AttemptTimeout, o.MaxDetached, o.FailureRatio) = (TimeSpan.FromMilliseconds(50), 1, 1)).Build(new OneService(_clock));
        Task<bool> call = IsCheapAsync(runner);
        await Eventually.TrueAsync(() => stuck.Started == 1 && _clock.RunningTimers > 0);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => Eventually.CompletesAsync(call));
        OverloadedException error = await Assert.ThrowsAsync<OverloadedException>(() => IsCheapAsync(runner));
        Assert.StartsWith("Model 'fake': expected fewer than MaxDetached = 1 detached attempts on 'primary', got 1; no further attempt was started.", error.Message);
        stuck.Release();
        await Eventually.TrueAsync(() => ((FallbackModelRunner)runner).Detached == 0);
        Assert.False(await IsCheapAsync(runner));
    }

    [Fact]
    public async Task Deadline_Passed_NothingIsStarted()
    {
        await using IModelRunner runner = Build();
        await Assert.ThrowsAsync<DeadlineExceededException>(() => IsCheapAsync(runner, new RunContext { Deadline = _clock.GetUtcNow() }));
        Assert.Equal(0, _primary.Calls);
    }

    [Fact]
    public async Task Deadline_WithReserve_LeavesTimeForTheFallback()
    {
        _primary.Gate.Close();
        await using IModelRunner runner = Build(o => o.Reserve = TimeSpan.FromMilliseconds(20));
        Task<bool> call = IsCheapAsync(runner, new RunContext { Deadline = _clock.GetUtcNow() + TimeSpan.FromMilliseconds(100) });
        await Eventually.TrueAsync(() => _primary.Gate.Waiting == 1 && _clock.RunningTimers > 0);
        _clock.Advance(TimeSpan.FromMilliseconds(80));
        Assert.True(await Eventually.CompletesAsync(call));
    }

    [Fact]
    public async Task Cancelled_ByTheCaller_DoesNotFallBack()
    {
        _primary.Gate.Close();
        await using IModelRunner runner = Build();
        using var cancel = new CancellationTokenSource();
        using NamedValues inputs = FakeModel.Rows(7);
        Task<NamedValues> call = runner.RunAsync(inputs, null, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, _cheap.Calls);
    }

    [Fact]
    public async Task OtherOutputs_CannotStandIn()
    {
        _primary.Fail = _ => new ModelRunException("broken");
        _cheap.Info = _cheap.Info with { Outputs = [] };
        await using IModelRunner runner = Build();
        await Assert.ThrowsAsync<ModelRunException>(() => IsCheapAsync(runner));
        Assert.Equal(0, _cheap.Calls);
    }

    [Fact]
    public async Task PreviousVersion_AnswersForADefaultThatFails()
    {
        _repository.Publish("1");
        VersionedModelRunner versions = await _repository.OpenAsync();
        _repository.On("2", r => r.Fail = _ => new ModelRunException("broken"));
        _repository.Publish("2");
        await versions.Versions.RefreshAsync();
        await using IModelRunner runner = versions.AsBuilder().UseFallback(o => o.Chain.Add("version:previous")).Build();
        var context = new RunContext();
        Assert.Equal("1", await TempRepository.ServedAsync(runner, context));
        Assert.Equal("1", context.Record.VersionServed);
        Assert.Equal(["fallback:error", "fallback:version:previous"], context.Record.Path);
    }

    [Fact]
    public async Task PreviousVersion_AnswersForACanaryThatFails()
    {
        _repository.Publish("1");
        _repository.On("2", r => r.Fail = _ => new ModelRunException("broken"));
        VersionedModelRunner versions = await _repository.OpenAsync(o => (o.Rollout, o.Canary.Percent) = (RolloutMode.Canary, 50));
        _repository.Publish("2");
        await versions.Versions.RefreshAsync();
        await using IModelRunner runner = versions.AsBuilder().UseFallback(o => o.Chain.Add("version:previous")).Build();
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("1", await TempRepository.ServedAsync(runner));
        }
    }

    [Fact]
    public async Task NewDefault_ClosesTheCircuit()
    {
        _repository.Publish("1");
        VersionedModelRunner versions = await _repository.OpenAsync();
        _repository.On("2", r => r.Fail = _ => new ModelRunException("broken"));
        _repository.Publish("2");
        await versions.Versions.RefreshAsync();
        await using IModelRunner runner = versions.AsBuilder().UseFallback(o => (o.MinimumCalls, o.BreakDuration) = (2, TimeSpan.FromHours(1)), _cheap).Build();
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await IsCheapAsync(runner));
        }

        Assert.Equal(ModelState.Degraded, runner.GetService<IModelStatus>()!.State);
        _repository.Publish("3");
        await versions.Versions.RefreshAsync();
        await Eventually.TrueAsync(() => runner.GetService<IModelStatus>()!.State == ModelState.Ready);
        Assert.Equal("3", await TempRepository.ServedAsync(runner));
    }

    private IModelRunner Build(Action<FallbackOptions>? configure = null, IModelRunner? primary = null) =>
        (primary ?? _primary).AsBuilder().UseFallback(configure, _cheap).Build(new OneService(_clock));

    private static async Task<bool> IsCheapAsync(IModelRunner runner, RunContext? context = null)
    {
        using NamedValues inputs = FakeModel.Rows(7);
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        return outputs[FakeModel.Output].AsSpan<float>()[0] == -1;
    }

    private static NamedValues Marked(NamedValues inputs)
    {
        int rows = (int)inputs[FakeModel.Input].Shape[0];
        float[] y = new float[rows * 2];
        Array.Fill(y, -1);
        return new NamedValues { [FakeModel.Output] = TensorValue.Copy(y, [rows, 2]) };
    }

    private sealed class OneService(TimeProvider clock) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(TimeProvider) ? clock : null;
    }

    /// <summary>Ignores cancellation, as native code does.</summary>
    private sealed class StuckRunner : IModelRunner
    {
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _started;

        public ModelInfo Info { get; } = FakeModel.Info();

        public int Started => Volatile.Read(ref _started);

        public System.Collections.Concurrent.ConcurrentBag<float> Seen { get; } = [];

        public void Release() => _release.SetResult();

        public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _started);
            await _release.Task;
            Seen.Add(inputs[FakeModel.Input].AsSpan<float>()[0]);
            return FakeModel.Compute(inputs);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
