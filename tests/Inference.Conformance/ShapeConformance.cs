using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Dynamic shapes: one compiled model, rows that come and go.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class ShapeConformance<TProvider> : ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    private static readonly int[] s_rows = [1, 7, 1, 64, 3, 64, 2];

    /// <summary>The number of rows changes from run to run, and comes back.</summary>
    [ConformanceFact]
    public void Run_RowsVary_GivesReferenceOutputs()
    {
        foreach (ConformanceModel model in Supported.Where(static model => model.HasDynamicRows))
        {
            using CompiledModel compiled = Compile(model);
            for (int i = 0; i < s_rows.Length; i++)
            {
                RunAndCheck(compiled, model, seed: i, s_rows[i]);
            }
        }
    }

    /// <summary>No rows is a size like any other.</summary>
    [ConformanceFact]
    public void Run_NoRows_GivesEmptyOutputs()
    {
        foreach (ConformanceModel model in Supported.Where(static model => model.HasDynamicRows))
        {
            using CompiledModel compiled = Compile(model);
            RunAndCheck(compiled, model, seed: 1, rows: 0);
            RunAndCheck(compiled, model, seed: 2, rows: 5);
            RunAndCheck(compiled, model, seed: 3, rows: 0);
        }
    }

    /// <summary>More distinct shapes than anyone would keep plans for.</summary>
    [ConformanceFact]
    public void Run_ManyShapes_GivesReferenceOutputs()
    {
        using CompiledModel compiled = Compile(Subject);
        for (int rows = 1; rows <= 100; rows++)
        {
            RunAndCheck(compiled, Subject, seed: rows, rows);
        }
    }

    /// <summary>The size of an output that depends on values follows them, with the input's shape unchanged.</summary>
    [ConformanceFact]
    public void Run_OutputShapeDependsOnValues_FollowsThem()
    {
        foreach (ConformanceModel model in Supported.Where(static model => model.HasDataDependentShape))
        {
            using CompiledModel compiled = Compile(model);
            for (int seed = 0; seed < 20; seed++)
            {
                RunAndCheck(compiled, model, seed, rows: 9);
            }
        }
    }
}
