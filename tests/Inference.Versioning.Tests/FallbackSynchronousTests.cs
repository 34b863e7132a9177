using System.Collections.Concurrent;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>Calls that are waited for need no other thread below a fallback with time limits either. Alone, because the thread pool is kept small.</summary>
[CollectionDefinition(nameof(FallbackSynchronousTests), DisableParallelization = true)]
[Collection(nameof(FallbackSynchronousTests))]
public class FallbackSynchronousTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_OnEveryThreadOfThePool_IsAnswered()
    {
        using IModelRunner runner = new FakeRunner().AsBuilder().UseFallback(o => o.AttemptTimeout = TimeSpan.FromSeconds(20)).Build();
        var wrong = new ConcurrentQueue<int>();
        Assert.True(await FewThreads.TryRunAsync(Enumerable.Range(0, 200).Select(i => (Action)(() => Ask(runner, i, wrong))), s_limit));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Run_ModelKeepsItsThread_TheNextTargetAnswersAtTheLimit()
    {
        using var go = new ManualResetEventSlim();
        var second = new FakeRunner();
        using IModelRunner runner = Stuck(go, second);
        var wrong = new ConcurrentQueue<int>();
        Ask(runner, 1, wrong);
        go.Set();
        Assert.Equal((1, 0), (second.Calls, wrong.Count));
    }

    [Fact]
    public async Task Run_ModelKeepsItsThreadAndThePoolIsFull_TheNextTargetAnswersAtTheLimit()
    {
        using var go = new ManualResetEventSlim();
        var second = new FakeRunner();
        using IModelRunner runner = Stuck(go, second);
        var wrong = new ConcurrentQueue<int>();
        Assert.True(await FewThreads.TryRunAsync(Enumerable.Range(0, 3 * FewThreads.Count).Select(i => (Action)(() => Ask(runner, i, wrong))), s_limit));
        go.Set();
        Assert.Equal((3 * FewThreads.Count, 0), (second.Calls, wrong.Count));
    }

    [Fact]
    public void Run_ModelFails_TheNextTargetAnswers()
    {
        var second = new FakeRunner();
        using IModelRunner runner = new FakeRunner { Fail = _ => new ModelRunException("fails") }.AsBuilder()
            .UseFallback(o => o.AttemptTimeout = TimeSpan.FromSeconds(20), second).Build();
        var wrong = new ConcurrentQueue<int>();
        Ask(runner, 1, wrong);
        Assert.Equal((1, 0), (second.Calls, wrong.Count));
    }

    [Fact]
    public void Run_DetachedAreAsManyAsMayBe_IsWaitedOut()
    {
        var model = new FakeRunner { OnRun = _ => Thread.Sleep(200) };
        using IModelRunner runner = model.AsBuilder().UseFallback(o => (o.AttemptTimeout, o.MaxDetached) = (TimeSpan.FromMilliseconds(20), 0)).Build();
        var wrong = new ConcurrentQueue<int>();
        Ask(runner, 1, wrong);
        Assert.Empty(wrong);
    }

    private static IModelRunner Stuck(ManualResetEventSlim go, FakeRunner second) => new FakeRunner { OnRun = _ => go.Wait() }.AsBuilder()
        .UseFallback(o => (o.AttemptTimeout, o.MaxDetached) = (TimeSpan.FromMilliseconds(100), 1_000), second).Build();

    private static void Ask(IModelRunner runner, int id, ConcurrentQueue<int> wrong)
    {
        using NamedValues inputs = FakeModel.Rows(id);
        using NamedValues outputs = runner.Run(inputs);
        if (!outputs[FakeModel.Output].AsSpan<float>().SequenceEqual(FakeModel.Expected(id)))
        {
            wrong.Enqueue(id);
        }
    }
}
