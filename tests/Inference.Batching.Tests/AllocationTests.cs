using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Batching.Tests;

/// <summary>What calls allocate. Alone, since a listener to the meters, which other tests have, makes every measurement allocate.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public class AllocationTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void RunAsync_Idle_AllocatesOnlyTheSetThatWouldQueue()
    {
        using IModelRunner runner = Open();
        using NamedValues inputs = FakeModel.Rows(1);
        Assert.Equal(Least(() => inputs.Snapshot()), Least(() => runner.RunAsync(inputs).GetAwaiter().GetResult()));
    }

    [Fact]
    public void RunAsync_SteppedAside_AllocatesNothing()
    {
        using IModelRunner runner = Open();
        PayoffController payoff = ((BatchingRunner)runner).Payoff;
        payoff.StepAside(_clock, callers: 64);
        using NamedValues inputs = FakeModel.Rows(1);
        Assert.Equal(0, Least(() => runner.RunAsync(inputs).GetAwaiter().GetResult()));
        Assert.True(payoff.Bypass);
    }

    private IModelRunner Open() => new OneAnswer().AsBuilder().UseBatching().Build(TestServices.WithClock(_clock));

    private static long Least(Func<object> make)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 200; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            make();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>A model, which calls no pipeline, that allocates nothing.</summary>
    private sealed class OneAnswer() : DelegatingModelRunner(new FakeRunner()), IBindable
    {
        private readonly NamedValues _answer = FakeModel.Compute(FakeModel.Rows(1));

        public BoundRun Bind() => throw new NotSupportedException("It is called, not bound.");

        public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(_answer);
    }
}
