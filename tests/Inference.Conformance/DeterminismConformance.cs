using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Equal inputs give equal outputs, bit for bit.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class DeterminismConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>One compiled model, run again, with other runs between.</summary>
    [ConformanceFact]
    public void Run_SameInputsAgain_GivesSameBits()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(1, 5);
            ModelValue[] first = Run(compiled, model, inputs);
            for (int seed = 2; seed < 6; seed++)
            {
                RunAndCheck(compiled, model, seed, rows: seed);
                ModelValue[] again = Run(compiled, model, inputs);
                ValueAssert.Equal(first, again, 0, model.Name);
                Release(again);
            }

            Release(inputs, first);
        }
    }

    /// <summary>Compiled twice, from two providers.</summary>
    [ConformanceFact]
    public void Run_CompiledTwice_GivesSameBits()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel one = Compile(model);
            using CompiledModel other = Compile(model);
            ModelValue[] inputs = model.Inputs(1, 5);
            ModelValue[] first = Run(one, model, inputs);
            ModelValue[] second = Run(other, model, inputs);
            ValueAssert.Equal(first, second, 0, model.Name);
            Release(inputs, first, second);
        }
    }
}
