using Inference.Conformance.Graphs;
using Inference.Conformance.Models;
using Inference.Onnx;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>What fails, how, and that nothing else is harmed.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class ErrorConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>A graph the provider has no operator for is not claimed, or compiling it throws a provider's error that names the model or the operator.</summary>
    [ConformanceFact]
    public void Compile_UnknownOperator_ThrowsProviderException()
    {
        OnnxModel model = new ModelWriter("unknown_operator").Input("x", ElementType.Float32, "n").Output("y", ElementType.Float32, "n").Node("NoSuchOperatorAnywhere", "x", "y").ToModel();
        var graph = new ModelGraph(model);
        ExecutionProvider provider = UnderTest.Create();
        if (provider.Claim(graph).Contains(0))
        {
            InferenceException error = Assert.ThrowsAny<InferenceException>(() => provider.Compile(graph, NewContext()));
            Assert.True(error is ProviderException or ModelLoadException, $"Expected a ProviderException or ModelLoadException, got {error.GetType()}.");
            Assert.Contains("NoSuchOperatorAnywhere", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Values that a model cannot handle throw a run's error that names the model; the next run works.</summary>
    [ConformanceFact]
    public void Run_ValuesOutOfRange_ThrowsAndRecovers()
    {
        foreach ((ConformanceModel model, ModelValue[] bad) in Failing())
        {
            using CompiledModel compiled = Compile(model);
            RunAndCheck(compiled, model, seed: 1, rows: 3);
            for (int i = 0; i < 3; i++)
            {
                var outputs = new ModelValue?[model.Graph.Outputs.Count];
                InferenceException error = Assert.ThrowsAny<InferenceException>(() => compiled.Run(bad, outputs, CancellationToken.None));
                Assert.True(error is ModelRunException or InvalidInputException, $"Expected a ModelRunException or an InvalidInputException, got {error.GetType()}.");
                Assert.Contains(model.Name, error.Message, StringComparison.Ordinal);
                Assert.All(outputs, Assert.Null);
            }

            RunAndCheck(compiled, model, seed: 2, rows: 3);
            Release(bad);
        }
    }

    /// <summary>A filled slot of the wrong shape is refused and not written beyond its end.</summary>
    [ConformanceFact]
    public void Run_FilledOutputOfWrongShape_Throws()
    {
        ConformanceModel model = Subject;
        using CompiledModel compiled = Compile(model);
        ModelValue[] inputs = model.Inputs(1, 6);
        ModelValue[] wanted = model.Expected(inputs);
        var want = (TensorValue)wanted[0];
        long[] shape = want.Shape.ToArray();
        shape[0]--;
        TensorValue small = TensorValue.Allocate(want.ElementType, shape);
        ModelValue?[] slots = [small];
        Assert.ThrowsAny<InferenceException>(() => compiled.Run(inputs, slots, CancellationToken.None));
        Assert.Same(small, slots[0]);
        RunAndCheck(compiled, model, seed: 2, rows: 6);
        Release(inputs, wanted, [small]);
    }

    /// <summary>Too few or too many values are refused.</summary>
    [ConformanceFact]
    public void Run_WrongNumberOfValues_Throws()
    {
        ConformanceModel model = Subject;
        using CompiledModel compiled = Compile(model);
        ModelValue[] inputs = model.Inputs(1, 2);
        Assert.ThrowsAny<InferenceException>(() => compiled.Run([], new ModelValue?[model.Graph.Outputs.Count], CancellationToken.None));
        Assert.ThrowsAny<InferenceException>(() => compiled.Run([.. inputs, inputs[0]], new ModelValue?[model.Graph.Outputs.Count], CancellationToken.None));
        Assert.ThrowsAny<InferenceException>(() => compiled.Run(inputs, [], CancellationToken.None));
        Release(inputs);
    }

    private IEnumerable<(ConformanceModel Model, ModelValue[] Bad)> Failing()
    {
        ExecutionProvider provider = UnderTest.Create();
        if (ClaimsAll(provider, ConformanceModels.GatherOutOfRange))
        {
            yield return (ConformanceModels.GatherOutOfRange, [TensorValue.Copy([0L, 99L], [2])]);
        }

        if (ClaimsAll(provider, ConformanceModels.MatMulMismatch))
        {
            yield return (ConformanceModels.MatMulMismatch, [Tensors.Uniform(1, 2, 3), Tensors.Uniform(2, 5, 4)]);
        }
    }
}
