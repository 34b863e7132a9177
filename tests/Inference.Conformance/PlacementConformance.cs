using System.Buffers;
using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>The provider beside <c>cpu</c>: every model of the catalogue runs, whoever claims what.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class PlacementConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    private const int Seeds = 3;

    /// <summary>What the provider claims runs on it, the rest on <c>cpu</c>; results are the reference's.</summary>
    [ConformanceFact]
    public void Load_ProviderFirst_GivesReferenceOutputs()
    {
        foreach (ConformanceModel model in OnCpu())
        {
            using IModelRunner runner = Load(UnderTest.Create(), model);
            if (UnderTest.Models.Contains(model.Name))
            {
                Assert.Contains(UnderTest.Create().Name, runner.Info.Provider, StringComparison.Ordinal);
            }

            RunAndCheck(runner, model);
        }
    }

    /// <summary>A random half of what the provider claims runs on it: graphs are cut in many places, and the results are the reference's.</summary>
    [ConformanceFact]
    public void Load_RandomHalf_GivesReferenceOutputs()
    {
        int compiled = 0;
        foreach (ConformanceModel model in OnCpu())
        {
            for (int seed = 0; seed < Seeds; seed++)
            {
                var provider = new SplittingProvider(UnderTest.Create(), seed);
                using IModelRunner runner = Load(provider, model);
                RunAndCheck(runner, model);
                compiled += provider.CompiledNodes;
            }
        }

        Assert.True(compiled > 0, "No node was placed on the provider by any seed.");
    }

    /// <summary>A provider that fails to compile what it claimed leaves it to <c>cpu</c>, or fails the load where the options say so.</summary>
    [ConformanceFact]
    public void Load_CompileFails_FallsBackOrFails()
    {
        ConformanceModel model = OnCpu().First(model => model.Name == Subject.Name);
        using (IModelRunner runner = Load(new FailingProvider(UnderTest.Create()), model))
        {
            RunAndCheck(runner, model);
        }

        Assert.ThrowsAny<InferenceException>(() => Load(new FailingProvider(UnderTest.Create()), model, failOnProviderError: true).Dispose());
    }

    // A type or operator that `cpu` does not have cannot be placed beside it.
    private static IEnumerable<ConformanceModel> OnCpu() => ConformanceModels.All.Where(static model =>
    {
        try
        {
            ModelRunner.Load(ModelSource.Bytes(Bytes(model))).Dispose();
            return true;
        }
        catch (UnsupportedModelException)
        {
            return false;
        }
    });

    private static IModelRunner Load(ExecutionProvider provider, ConformanceModel model, bool failOnProviderError = false)
    {
        var options = new ModelLoadOptions { Name = model.Name, Threads = 1, FailOnProviderError = failOnProviderError };
        options.Providers.Add(provider.Name);
        return new ModelLoader([provider]).Load(ModelSource.Bytes(Bytes(model)), options);
    }

    private static ReadOnlyMemory<byte> Bytes(ConformanceModel model)
    {
        var bytes = new ArrayBufferWriter<byte>();
        model.Graph.WriteModel(bytes);
        return bytes.WrittenMemory;
    }

    private static void RunAndCheck(IModelRunner runner, ConformanceModel model)
    {
        foreach (int rows in (int[])[3, 1, 3])
        {
            ModelValue[] inputs = model.Inputs(rows, rows);
            ModelValue[] wanted = model.Expected(inputs);
            var named = new NamedValues();
            for (int i = 0; i < inputs.Length; i++)
            {
                named.Add(model.Graph.Inputs[i].Name, inputs[i]);
            }

            using NamedValues got = runner.Run(named);
            ValueAssert.Equal(wanted, [.. model.Graph.Outputs.Select(port => got.GetValue(port.Name))], model.Tolerance, $"{model.Name} on {runner.Info.Provider}, {rows} rows");
            named.Dispose();
            Release(wanted);
        }
    }

    private sealed class FailingProvider(ExecutionProvider inner) : ExecutionProvider
    {
        public override string Name => inner.Name;

        public override NodeClaims Claim(GraphView graph) => inner.Claim(graph);

        public override CompiledModel Compile(GraphView subgraph, CompileContext context) => throw new ProviderException("This provider compiles nothing.");
    }
}
