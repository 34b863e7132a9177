using System.Collections.Concurrent;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>Calls that are waited for need no other thread. Alone, because the thread pool is kept small.</summary>
[CollectionDefinition(nameof(SynchronousRunTests), DisableParallelization = true)]
[Collection(nameof(SynchronousRunTests))]
public class SynchronousRunTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true, 0.2)]
    [InlineData(false, 0.2)]
    [InlineData(false, 20)]
    [InlineData(false, 0)]
    [InlineData(true, 0.2, 3)]
    [InlineData(false, 2, 3)]
    public async Task Run_OnEveryThreadOfThePool_IsAnswered(bool inlineWhenIdle, double delay, int slots = 1)
    {
        using IModelRunner runner = Open(new FakeRunner(), inlineWhenIdle, delay, slots);
        var wrong = new ConcurrentQueue<string>();
        Assert.True(await FewThreads.TryRunAsync(Enumerable.Range(0, 400).Select(i => (Action)(() => Ask(runner, i, wrong))), s_limit));
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Run_BesideCallsThatAreAwaited_AllAreAnswered()
    {
        using IModelRunner runner = Open(new FakeRunner(), inlineWhenIdle: false, 5);
        var wrong = new ConcurrentQueue<string>();
        using var ended = new CountdownEvent(200);
        Action[] work = [.. Enumerable.Range(0, 400).Select(i => (Action)(i % 2 == 0 ? () => Ask(runner, i, wrong) : () => _ = AskAsync(i)))];
        Assert.True(await FewThreads.TryRunAsync(work, s_limit));
        Assert.True(ended.Wait(s_limit));
        Assert.Empty(wrong);

        async Task AskAsync(int i)
        {
            await Task.Yield();
            using NamedValues inputs = FakeModel.Rows(i);
            using NamedValues outputs = await runner.RunAsync(inputs);
            Check(i, outputs, wrong);
            ended.Signal();
        }
    }

    [Fact]
    public async Task Run_BatcherOverBatcher_IsAnswered()
    {
        using IModelRunner runner = Open(Open(new FakeRunner(), inlineWhenIdle: false, 1), inlineWhenIdle: false, 1);
        var wrong = new ConcurrentQueue<string>();
        Assert.True(await FewThreads.TryRunAsync(Enumerable.Range(0, 200).Select(i => (Action)(() => Ask(runner, i, wrong))), s_limit));
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Run_DeadlinePassesInTheQueue_IsSaid()
    {
        // The batch in flight ends when the deadlines have passed: nobody but the waiting threads is there to see it.
        var model = new FakeRunner { OnRun = rows => Thread.Sleep(rows == 1 ? 300 : 0) };
        using IModelRunner runner = Open(model, inlineWhenIdle: true, 0.2);
        int late = 0;
        Action[] work = [.. Enumerable.Range(0, FewThreads.Count).Select(i => (Action)(() =>
        {
            try
            {
                using NamedValues inputs = i == 0 ? FakeModel.Rows(1) : FakeModel.Rows(1, 2);
                runner.Run(inputs, new RunContext { Deadline = DateTimeOffset.UtcNow.AddMilliseconds(i == 0 ? 60_000 : 100) }).Dispose();
            }
            catch (DeadlineExceededException)
            {
                Interlocked.Increment(ref late);
            }
        }))];
        Assert.True(await FewThreads.TryRunAsync(work, s_limit));
        Assert.True(late <= FewThreads.Count);
    }

    [Fact]
    public void Run_Alone_WaitsOutTheDelayOnItsOwnThread()
    {
        int thread = 0;
        using IModelRunner runner = Open(new FakeRunner { OnRun = _ => thread = Environment.CurrentManagedThreadId }, inlineWhenIdle: false, 5);
        var wrong = new ConcurrentQueue<string>();
        Ask(runner, 1, wrong);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Run_ModelFails_TheCallerGetsTheError()
    {
        using IModelRunner runner = Open(new FakeRunner { Poisoned = id => id == 1 }, inlineWhenIdle: false, 1);
        using NamedValues bad = FakeModel.Rows(1);
        Assert.Throws<ModelRunException>(() => runner.Run(bad));
        var wrong = new ConcurrentQueue<string>();
        Ask(runner, 2, wrong);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Run_DisposedMeanwhile_IsAnsweredOrRefused()
    {
        for (int round = 0; round < 50; round++)
        {
            IModelRunner runner = Open(new FakeRunner(), inlineWhenIdle: false, 1);
            var wrong = new ConcurrentQueue<string>();
            Thread[] callers = [.. Enumerable.Range(0, 4).Select(i => new Thread(() =>
            {
                try
                {
                    for (; ; )
                    {
                        Ask(runner, i, wrong);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The end that is expected.
                }
            }))];
            Array.ForEach(callers, t => t.Start());
            Thread.Sleep(2);
            runner.Dispose();
            Assert.All(callers, t => Assert.True(t.Join(s_limit)));
            Assert.Empty(wrong);
        }
    }

    [Fact]
    public async Task IsCurrent_IsThatOfTheThreadThatWaits()
    {
        bool[] seen = new bool[3];
        using IModelRunner runner = new Noting(seen);
        Assert.False(SynchronousCall.IsCurrent);
        using NamedValues inputs = FakeModel.Rows(1);
        runner.Run(inputs).Dispose();
        Assert.False(SynchronousCall.IsCurrent);
        (await runner.RunAsync(inputs)).Dispose();
        Assert.Equal([true, false, false], seen);
    }

    private static IModelRunner Open(IModelRunner model, bool inlineWhenIdle, double delay, int slots = 1) => model.AsBuilder()
        .UseBatching(o => (o.StepAside, o.RunInlineWhenIdle, o.MaxDelay, o.MaxRows, o.MaxConcurrentBatches) = (false, inlineWhenIdle, TimeSpan.FromMilliseconds(delay), 16, slots)).Build();

    private static void Ask(IModelRunner runner, int i, ConcurrentQueue<string> wrong)
    {
        using NamedValues inputs = FakeModel.Rows(i);
        using NamedValues outputs = runner.Run(inputs);
        Check(i, outputs, wrong);
    }

    private static void Check(int i, NamedValues outputs, ConcurrentQueue<string> wrong)
    {
        if (!outputs[FakeModel.Output].AsSpan<float>().SequenceEqual(FakeModel.Expected(i)))
        {
            wrong.Enqueue($"row {i}");
        }
    }

    /// <summary>Notes what is said within a call that is waited for: on its thread, on another, and in one that is not.</summary>
    private sealed class Noting(bool[] seen) : DelegatingModelRunner(new FakeRunner())
    {
        private int _calls;

        public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            if (_calls++ == 0)
            {
                seen[0] = SynchronousCall.IsCurrent;
                var other = new Thread(() => seen[1] = SynchronousCall.IsCurrent);
                other.Start();
                other.Join();
            }
            else
            {
                seen[2] = SynchronousCall.IsCurrent;
            }

            return Inner.RunAsync(inputs, context, cancellationToken);
        }
    }
}
