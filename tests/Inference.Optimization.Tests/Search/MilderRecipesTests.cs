using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>Recipes that change a model more than one that exceeds the budget are not tried.</summary>
public class MilderRecipesTests
{
    [Fact]
    public async Task OptimizeAsync_MilderShareExceedsTheBudget_HarsherOnesAreNotTried()
    {
        // Random weights have full rank: half of the products cannot keep the answers.
        IReadOnlyList<CandidateRecord> tried = await SearchAsync(0.02);
        Assert.Contains(tried, static c => c is { Name: "factorize 0.5", Outcome: VerdictOutcome.NotMet });
        Assert.DoesNotContain(tried, static c => c.Name.StartsWith("factorize 0.35", StringComparison.Ordinal) || c.Name.StartsWith("factorize 0.25", StringComparison.Ordinal) || c.Name == "factorize 0.5 + int8 weights");
    }

    [Fact]
    public async Task OptimizeAsync_WithinTheBudget_HarsherOnesAreTried()
    {
        IReadOnlyList<CandidateRecord> tried = await SearchAsync(1);
        Assert.Contains(tried, static c => c.Name == "factorize 0.25 + int8 weights");
    }

    private static async Task<IReadOnlyList<CandidateRecord>> SearchAsync(double drop)
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        var timed = new TimedLoader(ModelLoader.Default, static _ => 1);
        MemoryDataSource rows = SmallModels.Rows(400, 64);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(context, source, rows, rows, null, new OptimizeOptions { Evaluation = new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") }, MaxDrop = drop });
        return result.Record.Candidates;
    }
}
