using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>A stage below batching that calls the pipeline's own top is refused: the call would wait for itself.</summary>
public class ReentranceTests
{
    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 1)]
    [InlineData(false, false, 1)]
    [InlineData(false, true, 1)]
    [InlineData(false, true, 4)]
    public async Task Top_CalledFromBelow_IsRefused(bool inline, bool yields, int slots)
    {
        var stage = new CallsTop(yields);
        using IModelRunner top = stage.AsBuilder()
            .UseBatching(o => (o.RunInlineWhenIdle, o.MaxConcurrentBatches, o.MaxDelay, o.IsolateFaults) = (inline, slots, TimeSpan.Zero, false)).Build();
        stage.Top = top;
        for (int round = 0; round < 2; round++)
        {
            using NamedValues inputs = FakeModel.Rows(1, 2);
            InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => Eventually.CompletesAsync(top.RunAsync(inputs).AsTask()));
            Assert.Contains("UseBatching → CallsTop → UseBatching", refused.Message, StringComparison.Ordinal);
        }

        stage.Top = null;
        using NamedValues good = FakeModel.Rows(1);
        (await Eventually.CompletesAsync(top.RunAsync(good).AsTask())).Dispose();
    }

    [Fact]
    public void Top_CalledFromBelowByACallThatIsWaitedFor_IsRefused()
    {
        var stage = new CallsTop(yields: false);
        using IModelRunner top = stage.AsBuilder().UseBatching(o => (o.RunInlineWhenIdle, o.IsolateFaults) = (false, false)).Build();
        stage.Top = top;
        using NamedValues inputs = FakeModel.Rows(1);
        Assert.Throws<InferenceException>(() => top.Run(inputs));
    }

    [Fact]
    public async Task Top_CalledByWhatOutlivesTheRun_IsAnswered()
    {
        var stage = new CallsTop(yields: false) { Later = true };
        using IModelRunner top = stage.AsBuilder().UseBatching(o => o.MaxDelay = TimeSpan.Zero).Build();
        stage.Top = top;
        using NamedValues inputs = FakeModel.Rows(1);
        (await top.RunAsync(inputs)).Dispose();
        stage.Go.SetResult();
        (await Eventually.CompletesAsync(stage.Detached!)).Dispose();
    }

    [Fact]
    public async Task OtherPipelines_MayBeCalled()
    {
        using IModelRunner other = new FakeRunner().AsBuilder().UseBatching().Build();
        var stage = new CallsTop(yields: true) { Top = other };
        using IModelRunner top = stage.AsBuilder().UseBatching(o => o.RunInlineWhenIdle = false).Build();
        using NamedValues inputs = FakeModel.Rows(1);
        (await Eventually.CompletesAsync(top.RunAsync(inputs).AsTask())).Dispose();
    }

    /// <summary>Calls the pipeline that it stands in, or another.</summary>
    private sealed class CallsTop(bool yields) : DelegatingModelRunner(new FakeRunner())
    {
        public IModelRunner? Top { get; set; }

        public bool Later { get; init; }

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<NamedValues>? Detached { get; private set; }

        public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            if (yields)
            {
                await Task.Yield();
            }

            if (Top is { } top && !Later)
            {
                (await top.RunAsync(inputs, null, cancellationToken)).Dispose();
            }
            else if (Top is not null)
            {
                Detached ??= LaterAsync();
            }

            return await Inner.RunAsync(inputs, context, cancellationToken);
        }

        private async Task<NamedValues> LaterAsync()
        {
            await Go.Task;
            return await Top!.RunAsync(FakeModel.Rows(5));
        }
    }
}
