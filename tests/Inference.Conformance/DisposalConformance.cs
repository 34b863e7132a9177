using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Disposal: twice, during runs, and what outlives it.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class DisposalConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>Disposing again does nothing.</summary>
    [ConformanceFact]
    public void Dispose_Twice_DoesNothing()
    {
        CompiledModel compiled = Compile(Subject);
        RunAndCheck(compiled, Subject, seed: 1, rows: 2);
        compiled.Dispose();
        compiled.Dispose();
    }

    /// <summary>A run that begins after disposal is refused.</summary>
    [ConformanceFact]
    public void Run_AfterDispose_Throws()
    {
        CompiledModel compiled = Compile(Subject);
        compiled.Dispose();
        ModelValue[] inputs = Subject.Inputs(1, 2);
        Assert.Throws<ObjectDisposedException>(() => compiled.Run(inputs, new ModelValue?[Subject.Graph.Outputs.Count], CancellationToken.None));
        Release(inputs);
    }

    /// <summary>Outputs outlive the model that made them.</summary>
    [ConformanceFact]
    public void Dispose_OutputsAlive_KeepTheirContents()
    {
        foreach (ConformanceModel model in Supported)
        {
            CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(1, 4);
            ModelValue[] got = Run(compiled, model, inputs);
            compiled.Dispose();
            ModelValue[] wanted = model.Expected(inputs);
            ValueAssert.Equal(wanted, got, model.Tolerance, $"{model.Name}, outputs after disposal");
            Release(inputs, wanted, got);
        }
    }

    /// <summary>Disposing while threads run lets the runs in flight finish with right outputs and refuses those that begin later; nothing crashes.</summary>
    [ConformanceFact]
    public void Dispose_RunsInFlight_LetsThemFinish()
    {
        const int Threads = 4;
        const int Rounds = 20;
        ConformanceModel model = Subject;
        for (int round = 0; round < Rounds; round++)
        {
            CompiledModel compiled = Compile(model);
            using var started = new CountdownEvent(Threads);
            Task[] tasks =
            [
                .. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
                {
                    RunAndCheck(compiled, model, seed: thread, rows: 8);
                    started.Signal();
                    try
                    {
                        while (true)
                        {
                            RunAndCheck(compiled, model, seed: thread, rows: 8);
                        }
                    }
                    catch (ObjectDisposedException)
                    {
                        // The end that is expected.
                    }
                })),
            ];
            started.Wait();
            compiled.Dispose();
            Task.WaitAll(tasks);
        }
    }
}
