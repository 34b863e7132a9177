using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Values and types: what goes in, what comes out, who owns it.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class ValueConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>Every declared model gives its reference outputs.</summary>
    [ConformanceFact]
    public void Run_EveryModel_GivesReferenceOutputs()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            RunAndCheck(compiled, model, seed: 1, rows: 4);
            RunAndCheck(compiled, model, seed: 2, rows: 4);
        }
    }

    /// <summary>A filled slot is written in place: the same object, the right contents.</summary>
    [ConformanceFact]
    public void Run_FilledOutputs_AreWrittenInPlace()
    {
        foreach (ConformanceModel model in Supported.Where(static model => !model.HasDataDependentShape && model.Graph.Outputs.All(static port => port.Type.Kind == ModelValueKind.Tensor)))
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(3, 4);
            ModelValue[] wanted = model.Expected(inputs);
            TensorValue[] filled = [.. wanted.Select(static want => TensorValue.Allocate(((TensorValue)want).ElementType, ((TensorValue)want).Shape))];
            ModelValue?[] slots = [.. filled];
            for (int run = 0; run < 2; run++)
            {
                compiled.Run(inputs, slots, CancellationToken.None);
                Assert.Equal(filled, slots);
                ValueAssert.Equal(wanted, filled, model.Tolerance, model.Name);
            }

            Release(inputs, wanted, filled);
        }
    }

    /// <summary>Inputs keep their contents and may be used again.</summary>
    [ConformanceFact]
    public void Run_Inputs_AreNotModified()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(4, 3);
            ModelValue[] before = model.Inputs(4, 3);
            Release(Run(compiled, model, inputs));
            ValueAssert.Equal(before, inputs, 0, $"{model.Name}, inputs after the run");
            Release(inputs, before);
        }
    }

    /// <summary>Memory that is borrowed from the caller, and views of rows, are inputs like any other.</summary>
    [ConformanceFact]
    public void Run_BorrowedAndViewedInputs_GiveTheSame()
    {
        foreach (ConformanceModel model in Supported.Where(static model => model.HasDynamicRows && model.Graph.Inputs.Count == 1 && model.Graph.Inputs[0].Type.ElementType == ElementType.Float32))
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] whole = model.Inputs(5, 6);
            var tensor = (TensorValue)whole[0];
            ModelValue[] rows = [tensor.Rows(2, 3)];
            ModelValue[] borrowed = [TensorValue.Borrow<float>(((TensorValue)rows[0]).AsSpan<float>().ToArray(), ((TensorValue)rows[0]).Shape)];
            ModelValue[] wanted = model.Expected(borrowed);
            ModelValue[] ofRows = Run(compiled, model, rows);
            ModelValue[] ofBorrowed = Run(compiled, model, borrowed);
            ValueAssert.Equal(wanted, ofRows, model.Tolerance, $"{model.Name}, rows of a tensor");
            ValueAssert.Equal(wanted, ofBorrowed, model.Tolerance, $"{model.Name}, borrowed memory");
            Release(whole, rows, borrowed, wanted, ofRows, ofBorrowed);
        }
    }

    /// <summary>An output belongs to the caller: later runs do not change it.</summary>
    [ConformanceFact]
    public void Run_AllocatedOutputs_SurviveLaterRuns()
    {
        foreach (ConformanceModel model in Supported)
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(6, 4);
            ModelValue[] first = Run(compiled, model, inputs);
            for (int seed = 7; seed < 10; seed++)
            {
                RunAndCheck(compiled, model, seed, rows: 4);
            }

            ModelValue[] wanted = model.Expected(inputs);
            ValueAssert.Equal(wanted, first, model.Tolerance, $"{model.Name}, the first run's outputs after later ones");
            Release(inputs, wanted, first);
        }
    }

    /// <summary>Filled slots and slots to be allocated may be mixed in one call.</summary>
    [ConformanceFact]
    public void Run_SomeOutputsFilled_FillsAll()
    {
        foreach (ConformanceModel model in Supported.Where(static model => model.Graph.Outputs.Count > 1))
        {
            using CompiledModel compiled = Compile(model);
            ModelValue[] inputs = model.Inputs(8, 4);
            ModelValue[] wanted = model.Expected(inputs);
            var last = (TensorValue)wanted[^1];
            var slots = new ModelValue?[wanted.Length];
            TensorValue filled = TensorValue.Allocate(last.ElementType, last.Shape);
            slots[^1] = filled;
            compiled.Run(inputs, slots, CancellationToken.None);
            Assert.Same(filled, slots[^1]);
            ValueAssert.Equal(wanted, slots!, model.Tolerance, model.Name);
            Release(inputs, wanted, slots!);
        }
    }
}
