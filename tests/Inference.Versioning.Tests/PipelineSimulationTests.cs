using Inference.Benchmarks.Versioning;
using Xunit.Abstractions;

namespace Inference.Versioning.Tests;

/// <summary>A sample of what <c>eng/canaries.sh</c> simulates, see <see cref="PipelineSimulation"/>. It waits for the pool to be idle, so nothing runs beside it.</summary>
[Collection(nameof(PipelineSimulationTests))]
public sealed class PipelineSimulationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Pipelines => [.. PipelineSimulation.Pipelines];

    // Of 20 trials with a chance of at most 1 %, three or more alarms come up once in 1,000 times.
    [Theory]
    [MemberData(nameof(Pipelines))]
    public async Task IdenticalCanary_ThroughThePipeline_IsNotRolledBack(string pipeline)
    {
        int alarms = (await RunAsync(pipeline, "identical", trials: 20, calls: 1_000)).Count(f => f is not null);
        Assert.InRange(alarms, 0, 2);
    }

    [Theory]
    [InlineData("bare", "+5 points of errors", 4_000)]
    [InlineData("all", "+5 points of errors", 20_000)]
    [InlineData("bare", "+20 % of model time", 8_000)]
    [InlineData("cache+batching", "+20 % of model time", 20_000)]
    [InlineData("bare", "never answers", 1_500)]
    [InlineData("fallback", "never answers", 1_500)]
    [InlineData("all", "never answers", 3_000)]
    public async Task WorseCanary_ThroughThePipeline_IsRolledBack(string pipeline, string fault, int calls)
    {
        int?[] found = await RunAsync(pipeline, fault, trials: 4, calls);
        output.WriteLine(string.Join(", ", found));
        Assert.All(found, f => Assert.NotNull(f));
    }

    // On a thread of its own: those of the pool are to be idle.
    private static async Task<int?[]> RunAsync(string pipeline, string fault, int trials, int calls)
    {
        var done = new TaskCompletionSource<int?[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                SimulatedFault what = SimulatedFault.All.Single(f => f.Name == fault);
                done.SetResult([.. Enumerable.Range(0, trials).Select(i => PipelineSimulation.Run(pipeline, what, calls, seed: 7 + (i * 16)))]);
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        thread.Start();
        return await done.Task;
    }

    [CollectionDefinition(nameof(PipelineSimulationTests), DisableParallelization = true)]
    public sealed class Alone;
}
