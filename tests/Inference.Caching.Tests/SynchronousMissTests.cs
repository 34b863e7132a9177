using System.Collections.Concurrent;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.Tests;

/// <summary>Calls that are waited for need no other thread, and calls from below do not wait for themselves. Alone, because the thread pool is kept small.</summary>
[Collection(AloneCollection.Name)]
public class SynchronousMissTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_SameRowsOnEveryThreadOfThePool_AreAnswered(bool secondLevel)
    {
        // The model blocks its thread, as one of the managed engine does.
        using IModelRunner runner = Open(new FakeRunner { OnRun = _ => Thread.Sleep(1) }, secondLevel);
        var wrong = new ConcurrentQueue<int>();
        Assert.True(await FewThreads.TryRunAsync(Enumerable.Range(0, 400).Select(i => (Action)(() => Ask(runner, i / 20, wrong))), s_limit));
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Run_BehindAnAwaitedCallForTheSameRow_DoesNotWaitForIt()
    {
        var model = new HeldWhereAwaited();
        using IModelRunner runner = Open(model, secondLevel: false);
        using NamedValues inputs = FakeModel.Rows(7);
        Task<NamedValues> awaited = runner.RunAsync(inputs).AsTask();
        Assert.Equal(1, model.Gate.Waiting);
        var wrong = new ConcurrentQueue<int>();
        Assert.True(await FewThreads.TryRunAsync(Enumerable.Range(0, 40).Select(_ => (Action)(() => Ask(runner, 7, wrong))), s_limit));
        Assert.False(awaited.IsCompleted);
        model.Gate.Open();
        (await awaited).Dispose();
        Assert.Empty(wrong);
    }

    [Fact]
    public void Run_DeadlinePassesWhileAnotherCallRunsTheRow_IsSaid()
    {
        using var runs = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var model = new FakeRunner
        {
            OnRun = _ =>
            {
                runs.Set();
                go.Wait();
            },
        };
        using IModelRunner runner = Open(model, secondLevel: false);
        var wrong = new ConcurrentQueue<int>();
        var leader = new Thread(() => Ask(runner, 7, wrong));
        leader.Start();
        runs.Wait();
        using NamedValues inputs = FakeModel.Rows(7);
        Assert.Throws<DeadlineExceededException>(() => runner.Run(inputs, new RunContext { Deadline = DateTimeOffset.UtcNow.AddMilliseconds(30) }));
        var follower = new Thread(() => Ask(runner, 7, wrong));
        follower.Start();
        go.Set();
        Assert.True(leader.Join(s_limit) && follower.Join(s_limit));
        Assert.Equal((1, 0), (model.Calls, wrong.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SameRow_AskedFromItsOwnRun_IsRefused(bool yields)
    {
        var stage = new AsksTop(yields, _ => 1);
        using IModelRunner top = Open(stage, secondLevel: false);
        stage.Top = top;
        using NamedValues inputs = FakeModel.Rows(1);
        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => Eventually.CompletesAsync(top.RunAsync(inputs).AsTask()));
        Assert.Contains("UseCaching → AsksTop → UseCaching", refused.Message, StringComparison.Ordinal);

        // Nothing of it is left behind.
        stage.Top = null;
        (await Eventually.CompletesAsync(top.RunAsync(inputs).AsTask())).Dispose();
    }

    [Fact]
    public async Task OtherRows_AskedFromARun_AreAnswered()
    {
        var stage = new AsksTop(yields: true, id => id - 1);
        using IModelRunner top = Open(stage, secondLevel: false);
        stage.Top = top;
        using NamedValues inputs = FakeModel.Rows(5);
        using NamedValues outputs = await Eventually.CompletesAsync(top.RunAsync(inputs).AsTask());
        Assert.Equal(FakeModel.Expected(5), outputs[FakeModel.Output].AsSpan<float>().ToArray());
    }

    [Fact]
    public async Task TwoRuns_ThatAskForEachOthersRow_BothEnd()
    {
        // Rows 10 and 11 ask for each other once both are in flight, then for nothing.
        var both = new Barrier(2);
        var stage = new AsksTop(yields: true, id => 21 - id) { Meet = both };
        using IModelRunner top = Open(stage, secondLevel: false);
        stage.Top = top;
        Task<bool>[] calls = [.. new[] { 10f, 11f }.Select(id => Task.Run(() => AskAsync(id)))];
        Assert.All(await Eventually.CompletesAsync(Task.WhenAll(calls)), Assert.True);

        async Task<bool> AskAsync(float id)
        {
            using NamedValues inputs = FakeModel.Rows(id);
            try
            {
                (await top.RunAsync(inputs)).Dispose();
            }
            catch (InferenceException)
            {
                // Refused is an end as well: each asks for the row that it is asked from.
            }

            return true;
        }
    }

    private static IModelRunner Open(IModelRunner model, bool secondLevel)
    {
        var services = new TestServices();
        if (secondLevel)
        {
            services.Add<IDistributedCache>(new FaultyDistributedCache());
        }

        return model.AsBuilder().UseCaching(o => (o.Adaptive, o.SecondLevel.Enabled) = (false, secondLevel)).Build(services);
    }

    private static void Ask(IModelRunner runner, int id, ConcurrentQueue<int> wrong)
    {
        using NamedValues inputs = FakeModel.Rows(id);
        using NamedValues outputs = runner.Run(inputs);
        if (!outputs[FakeModel.Output].AsSpan<float>().SequenceEqual(FakeModel.Expected(id)))
        {
            wrong.Enqueue(id);
        }
    }

    /// <summary>Holds the calls that nobody waits for on their thread.</summary>
    private sealed class HeldWhereAwaited() : DelegatingModelRunner(new FakeRunner())
    {
        public Gate Gate { get; } = Closed();

        public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            if (!SynchronousCall.IsCurrent)
            {
                await Gate.PassAsync(cancellationToken);
            }

            return await Inner.RunAsync(inputs, context, cancellationToken);
        }

        private static Gate Closed()
        {
            var gate = new Gate();
            gate.Close();
            return gate;
        }
    }

    /// <summary>Asks the pipeline that it stands in for another row first, down to row 0.</summary>
    private sealed class AsksTop(bool yields, Func<float, float> next) : DelegatingModelRunner(new FakeRunner())
    {
        private int _met;

        public IModelRunner? Top { get; set; }

        public Barrier? Meet { get; init; }

        public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            float id = inputs[FakeModel.Input].AsSpan<float>()[0];
            if (yields)
            {
                await Task.Yield();
            }

            if (Meet is { } meet && Interlocked.Increment(ref _met) <= 2)
            {
                meet.SignalAndWait(cancellationToken);
            }

            if (Top is { } top && id > 0)
            {
                using NamedValues others = FakeModel.Rows(next(id));
                (await top.RunAsync(others, null, cancellationToken)).Dispose();
            }

            return await Inner.RunAsync(inputs, context, cancellationToken);
        }
    }
}
