using Inference.TestSupport;

namespace Inference.Sequences.Tests;

/// <summary>Calls of one sequence run one after the other, those of different ones beside each other.</summary>
public sealed class SequenceOrderTests
{
    [Fact]
    public async Task RunAsync_ConcurrentCalls_RunInTheOrderInWhichTheyWereMade()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        model.Model.Gate.Close();
        float[] xs = [.. Enumerable.Range(1, 20).Select(i => (float)i)];
        Task<float>[] calls = [.. xs.Select(x => Recurrence.Run(sequence, x))];
        Assert.Equal(1, model.Model.Active);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected(xs), await Task.WhenAll(calls));
        Assert.Equal(1, model.Model.MaxActive);
    }

    [Fact]
    public async Task RunAsync_DifferentSequences_RunBesideEachOther()
    {
        using var model = new Recurrence();
        model.Model.Gate.Close();
        Sequence[] sequences = [.. Enumerable.Range(0, 6).Select(i => model.Runner.StartSequence($"{i}"))];
        Task<float>[] calls = [.. sequences.Select(s => Recurrence.Run(s, 1))];
        Assert.Equal(6, model.Model.Active);
        model.Model.Gate.Open();
        await Task.WhenAll(calls);
        Assert.All(sequences, s => s.Dispose());
        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_CancelledWhileItWaits_IsSkipped()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        model.Model.Gate.Close();
        using var cancel = new CancellationTokenSource();
        Task<float> first = Recurrence.Run(sequence, 1);
        Task<float> second = Recurrence.Run(sequence, 50, cancellationToken: cancel.Token);
        Task<float> third = Recurrence.Run(sequence, 2);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected([1, 2]), new[] { await first, await third });
    }

    [Fact]
    public async Task RunAsync_DeadlineWhileItWaits_EndsWithoutRunning()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        model.Model.Gate.Close();
        Task<float> first = Recurrence.Run(sequence, 1);
        Task<float> second = Recurrence.Run(sequence, 50, new RunContext { Deadline = model.Clock.GetUtcNow().AddSeconds(1) });
        model.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => second);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected([1, 2]), new[] { await first, await Recurrence.Run(sequence, 2) });
    }

    [Fact]
    public async Task RunAsync_TooManyWaitingCalls_AreRefused()
    {
        using var model = new Recurrence(o => o.MaxWaitingCalls = 2);
        using Sequence sequence = model.Runner.StartSequence("a");
        model.Model.Gate.Close();
        Task<float>[] calls = [.. new[] { 1f, 2, 3 }.Select(x => Recurrence.Run(sequence, x))];
        OverloadedException error = await Assert.ThrowsAsync<OverloadedException>(() => Recurrence.Run(sequence, 4));
        Assert.Equal(2, error.Limit);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected([1, 2, 3]), await Task.WhenAll(calls));
    }

    [Fact]
    public async Task Run_OfThreadsThatWait_NeedsNoOtherThread()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        await Recurrence.Run(sequence, 1);
        using NamedValues inputs = Recurrence.Inputs(1);
        Task[] threads = [.. Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    sequence.Run(inputs).Dispose();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        await Eventually.CompletesAsync(Task.WhenAll(threads));
        Assert.Equal(401, model.Model.Calls);
        Assert.Equal(1, model.Model.MaxActive);
        sequence.Dispose();
        model.AssertAllFree();
    }

    [Fact]
    public async Task Start_WhileCallsWait_LetsThemFinishOnTheOldState()
    {
        using var model = new Recurrence();
        model.Model.Gate.Close();
        Task<float> first = model.Run(new SequenceCall("a") { Start = true }, 1);
        Task<float> second = model.Run(new SequenceCall("a"), 2);
        Task<float> anew = model.Run(new SequenceCall("a") { Start = true }, 3);
        Task<float> next = model.Run(new SequenceCall("a"), 4);
        model.Model.Gate.Open();
        Assert.Equal((float[])[.. Recurrence.Expected([1, 2]), .. Recurrence.Expected([3, 4])], new[] { await first, await second, await anew, await next });
        Assert.Equal(1, model.Count);
        model.Runner.GetService<ISequences>()!.End(new SequenceCall("a"));
        model.AssertAllFree();
    }

    [Fact]
    public async Task End_OfACallThatSucceeds_RefusesThoseThatWaitBehindIt()
    {
        using var model = new Recurrence();
        model.Model.Gate.Close();
        Task<float> first = model.Run(new SequenceCall("a") { Start = true }, 1);
        Task<float> last = model.Run(new SequenceCall("a") { End = true }, 2);
        Task<float> late = model.Run(new SequenceCall("a"), 3);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected([1, 2]), new[] { await first, await last });
        await Assert.ThrowsAsync<UnknownSequenceException>(() => late);
        Assert.Equal(0, model.Count);
        model.AssertAllFree();
    }

    [Fact]
    public async Task End_OfACallThatFails_KeepsTheSequence()
    {
        using var model = new Recurrence();
        await model.Run(new SequenceCall("a") { Start = true }, 1);
        model.Model.Fail = _ => new ModelRunException("no");
        await Assert.ThrowsAsync<ModelRunException>(() => model.Run(new SequenceCall("a") { End = true }, 50));
        model.Model.Fail = _ => null;
        Assert.Equal(Recurrence.Expected([1, 2])[1], await model.Run(new SequenceCall("a") { End = true }, 2));
        model.AssertAllFree();
    }

    [Fact]
    public async Task Dispose_OfTheRunner_LetsCallsFinish()
    {
        using var model = new Recurrence();
        Sequence sequence = model.Runner.StartSequence("a");
        model.Model.Gate.Close();
        Task<float>[] calls = [.. new[] { 1f, 2, 3 }.Select(x => Recurrence.Run(sequence, x))];
        ValueTask disposing = model.Runner.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Recurrence.Run(sequence, 4));
        Assert.Equal(0, model.Model.DisposeCount);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected([1, 2, 3]), await Task.WhenAll(calls));
        await disposing;
        Assert.Equal(1, model.Model.DisposeCount);
        Assert.False(model.Model.WasDisposedWhileRunning);
        model.AssertAllFree();
    }
}
