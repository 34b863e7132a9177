using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Any number of threads, one compiled model or several.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class ConcurrencyConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    private const int Threads = 8;
    private const int RunsPerThread = 40;

    /// <summary>Eight threads run one compiled model, each with its own shapes.</summary>
    [ConformanceFact]
    public void Run_ManyThreadsOneModel_GivesReferenceOutputs()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            OnThreads(thread => RunAndCheck(compiled, model, seed: thread, rows: 1 + thread), RunsPerThread / 4);
        }
    }

    /// <summary>Eight threads run the same shape, so that whatever is kept by shape is shared.</summary>
    [ConformanceFact]
    public void Run_ManyThreadsOneShape_GivesReferenceOutputs()
    {
        using CompiledModel compiled = Compile(Subject);
        OnThreads(thread => RunAndCheck(compiled, Subject, seed: thread, rows: 16), RunsPerThread);
    }

    /// <summary>Models are compiled, run and disposed on eight threads at once.</summary>
    [ConformanceFact]
    public void Compile_ManyThreads_GivesReferenceOutputs()
    {
        ConformanceModel[] models = [.. Supported];
        OnThreads(
            thread =>
            {
                ConformanceModel model = models[thread % models.Length];
                using CompiledModel compiled = Compile(model);
                RunAndCheck(compiled, model, seed: thread, rows: 3);
            },
            times: 3);
    }

    private static void OnThreads(Action<int> body, int times)
    {
        using var start = new Barrier(Threads);
        Task[] tasks =
        [
            .. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    for (int i = 0; i < times; i++)
                    {
                        body(thread);
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ];
        Task.WaitAll(tasks);
    }
}
