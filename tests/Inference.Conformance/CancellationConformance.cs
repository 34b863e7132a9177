using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Cancellation before, during and after a run.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class CancellationConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>A token that was cancelled before the call: nothing is run.</summary>
    [ConformanceFact]
    public void Run_CancelledBefore_Throws()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(1, 3);
            var outputs = new ModelValue?[model.Graph.Outputs.Count];
            Assert.ThrowsAny<OperationCanceledException>(() => compiled.Run(inputs, outputs, new CancellationToken(canceled: true)));
            Assert.All(outputs, Assert.Null);
            RunAndCheck(compiled, model, seed: 2, rows: 3);
            Release(inputs);
        }
    }

    /// <summary>A token that is cancelled during a run of several seconds stops it, or the run completes; afterwards the model works.</summary>
    [ConformanceFact]
    public void Run_CancelledDuring_ThrowsOrCompletes_AndTheModelStillWorks()
    {
        ConformanceModel model = ConformanceModels.LongProducts;
        ExecutionProvider provider = UnderTest.Create();
        if (!ClaimsAll(provider, model))
        {
            return;
        }

        using CompiledModel compiled = provider.Compile(model.Graph, NewContext());
        using CompiledModel other = Compile(Subject);
        ModelValue[] inputs = model.Inputs(1, 0);
        for (int i = 0; i < 3; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var outputs = new ModelValue?[1];
            Task<bool> run = Task.Run(() =>
            {
                try
                {
                    compiled.Run(inputs, outputs, cancellation.Token);
                    return true;
                }
                catch (OperationCanceledException)
                {
                    return false;
                }
            });
            RunAndCheck(other, Subject, seed: i, rows: 2);
            cancellation.Cancel();
            bool completed = run.GetAwaiter().GetResult();
            Assert.Equal(completed, outputs[0] is not null);
            outputs[0]?.Dispose();
        }

        RunAndCheck(other, Subject, seed: 9, rows: 2);
        Release(inputs);
    }

    /// <summary>Cancelling after a run has no effect on its outputs or on later runs.</summary>
    [ConformanceFact]
    public void Run_CancelledAfter_HasNoEffect()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            using var cancellation = new CancellationTokenSource();
            ModelValue[] inputs = model.Inputs(1, 3);
            ModelValue[] wanted = model.Expected(inputs);
            ModelValue[] got = Run(compiled, model, inputs, cancellation.Token);
            cancellation.Cancel();
            ValueAssert.Equal(wanted, got, model.Tolerance, model.Name);
            RunAndCheck(compiled, model, seed: 2, rows: 3);
            Release(inputs, wanted, got);
        }
    }

    /// <summary>A token that can be cancelled but is not changes nothing.</summary>
    [ConformanceFact]
    public void Run_TokenNotCancelled_GivesReferenceOutputs()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            using var cancellation = new CancellationTokenSource();
            for (int seed = 0; seed < 3; seed++)
            {
                ModelValue[] inputs = model.Inputs(seed, 3);
                ModelValue[] wanted = model.Expected(inputs);
                ModelValue[] got = Run(compiled, model, inputs, cancellation.Token);
                ValueAssert.Equal(wanted, got, model.Tolerance, model.Name);
                Release(inputs, wanted, got);
            }
        }
    }
}
