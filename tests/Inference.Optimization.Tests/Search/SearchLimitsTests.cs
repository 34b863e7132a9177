using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>Limits on bytes and on the 95th percentile, and the objective; each model takes the time that the test says.</summary>
public class SearchLimitsTests
{
    private static readonly OnnxModel s_source = SmallModels.TwoLayers(64, 64, 8);

    private static long SourceBytes => Weights.TotalBytes(s_source.Graph);

    [Fact]
    public async Task OptimizeAsync_MostBytes_OnlySmallerModelsAreAccepted()
    {
        OptimizeResult result = await SearchAsync(static m => IsSource(m) ? 1 : 0.9, SourceBytes / 3);
        Assert.True(result.Met, result.Record.Reason);
        Assert.True(result.Record.Bytes <= SourceBytes / 3, $"{result.Record.Bytes}");
        Assert.Contains(result.Record.Candidates, static c => !c.Accepted && c.Reason.Contains("bytes of weights are more than", StringComparison.Ordinal));
        Assert.Contains("bytes", result.Record.Budget, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptimizeAsync_MostBytesThatNothingReaches_IsNotMet()
    {
        OptimizeResult result = await SearchAsync(static m => IsSource(m) ? 1 : 0.9, 10);
        Assert.False(result.Met);
        Assert.Equal(VerdictOutcome.NotMet, result.Record.Verdict);
        Assert.Contains("bytes of weights are more than 10", result.Record.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.5, true)]
    [InlineData(0.6, true)]
    [InlineData(0.4, false)]
    public async Task OptimizeAsync_LongestP95_IsThatOfTheChosenModel(double milliseconds, bool met)
    {
        OptimizeResult result = await SearchAsync(static m => IsSource(m) ? 1 : 0.5, p95: TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(met, result.Met);
        Assert.Equal(met ? "" : "95 % of the runs take up to 500.0 µs, more than 400.0", result.Record.Reason);
        Assert.Equal(milliseconds > 1, result.Record.Candidates[0].Accepted);
    }

    [Fact]
    public async Task OptimizeAsync_Size_PrefersTheSmallestThoughItIsSlower()
    {
        OptimizeResult result = await SearchAsync(static m => IsSource(m) ? 1 : Weights.TotalBytes(m.Graph) > SourceBytes / 2 ? 0.5 : 1.5, objective: OptimizeObjective.Size);
        Assert.True(result.Met, result.Record.Reason);
        Assert.Equal(result.Record.Candidates.Where(static c => c.Accepted).Min(static c => c.Bytes), result.Record.Bytes);
        Assert.True(result.Record.Microseconds > result.Record.SourceMicroseconds);
        Assert.Contains(result.Record.Notes, static n => n.Contains("slower than the source", StringComparison.Ordinal));
    }

    [Fact]
    public void P95_OfRuns_IsTheLeastThatCoversThem()
    {
        Assert.Equal(95, LatencyMeter.P95([.. Enumerable.Range(1, 100).Select(static i => (double)i).Reverse()]));
        Assert.Equal(7, LatencyMeter.P95([7]));
    }

    private static Task<OptimizeResult> SearchAsync(Func<OnnxModel, double> milliseconds, long? bytes = null, TimeSpan? p95 = null, OptimizeObjective objective = OptimizeObjective.Time)
    {
        var timed = new TimedLoader(ModelLoader.Default, milliseconds);
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        var options = new OptimizeOptions { Evaluation = new EvaluationOptions { Metric = MetricCatalog.Parse("agreement") }, MaxDrop = 0.5, MaxBytes = bytes, MaxP95 = p95, Objective = objective };
        return BudgetOptimizer.OptimizeAsync(context, s_source, rows, rows, null, options);
    }

    private static bool IsSource(OnnxModel model) => model.Graph.Nodes.Count == s_source.Graph.Nodes.Count && Weights.TotalBytes(model.Graph) == SourceBytes;
}
