using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;
using Inference.TestSupport;

namespace Inference.Optimization.Tests.Search;

/// <summary>The source is a candidate of every search: nothing slower or larger is returned as the result.</summary>
public class SourceCandidateTests
{
    private static readonly EvaluationOptions Agreement = new() { Metric = MetricCatalog.Parse("agreement") };

    [Fact]
    public async Task OptimizeAsync_EverythingElseIsSlower_ReturnsTheSource()
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        OptimizeResult result = await SearchAsync(source, model => Same(model, source) ? 1 : 1.1);

        Assert.True(result.Met);
        Assert.Equal("source", result.Record.Chosen);
        Assert.Equal(source.Graph.Nodes.Select(n => n.OpType), result.Model.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal(result.Record.SourceMicroseconds, result.Record.Microseconds);
        Assert.All(result.Record.Candidates.Skip(1), c => Assert.Contains("slower than the source: 1000.0 → 1100.0 µs (speedup 0.91)", c.Reason, StringComparison.Ordinal));
        Assert.All(result.Record.Candidates.Skip(1), c => Assert.False(c.Accepted));
        Assert.Contains("the source is returned unchanged", Assert.Single(result.Record.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptimizeAsync_EverythingElseIsLarger_ReturnsTheSource()
    {
        OnnxModel source = SmallModels.TwoLayers(4, 4, 2);
        OptimizeResult result = await SearchAsync(source, model => Same(model, source) ? 1 : 0.5);

        Assert.Equal("source", result.Record.Chosen);
        Assert.All(result.Record.Candidates.Skip(1), c => Assert.Contains("larger than the source", c.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OptimizeAsync_Int8IsFaster_NamesItInRecordAndReport()
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        OptimizeResult result = await SearchAsync(source, model => model.Graph.Nodes.Exists(n => n.OpType == "QuantizeLinear") ? 0.5 : 1);

        Assert.True(result.Met);
        Assert.Contains("int8", result.Record.Chosen, StringComparison.Ordinal);
        Assert.Equal(result.Record.Chosen, DecisionRecord.Read(result.Model)!.Chosen);
        Assert.Empty(result.Record.Notes);
        string page = HtmlReport.Render(result.Record, "model");
        Assert.Contains($"Chosen: <b>{result.Record.Chosen}</b>", page, StringComparison.Ordinal);
        Assert.Contains($"{result.Record.Chosen} (chosen)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptimizeAsync_SlowerWhenMeasuredAgain_ReturnsTheSource()
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        int calls = 0;
        var timed = new TimedLoader(ModelLoader.Default, model => Same(model, source) ? 1 : Interlocked.Add(ref calls, 0) == 0 ? 0.5 : 2);
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        var report = new Noticed(SmallModels.Rows(200, 64, 5), () => Interlocked.Increment(ref calls));
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(context, source, rows, rows, report, new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.2 });

        Assert.Equal("source", result.Record.Chosen);
        Assert.True(result.Record.Microseconds <= result.Record.SourceMicroseconds);
        Assert.Contains(result.Record.Notes, n => n.Contains("measured again it is slower", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OptimizeAsync_SpeedupThatNothingReaches_IsNotMet()
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        OptimizeResult result = await SearchAsync(source, model => Same(model, source) ? 1 : 0.8, minSpeedup: 2);

        Assert.False(result.Met);
        Assert.Equal(VerdictOutcome.NotMet, result.Record.Verdict);
        Assert.NotEqual("source", result.Record.Chosen);
        Assert.Contains("speedup 1.25 is below 2.00", result.Record.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateAsync_SlowerAndLargerModel_SaysSo()
    {
        OnnxModel small = SmallModels.TwoLayers(16, 16, 4);
        OnnxModel large = SmallModels.TwoLayers(16, 64, 4);
        var timed = new TimedLoader(ModelLoader.Default, model => Same(model, small) ? 1 : 2);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        DecisionRecord record = await DecisionRecord.CreateAsync(
            context, new DecisionRecordRequest { Verb = "quantize", Source = small, Model = large, Judged = SmallModels.Rows(50, 16), Evaluation = Agreement });

        Assert.Equal(2, record.Notes.Count);
        Assert.Contains("slower than the source: 1000.0 → 2000.0 µs (speedup 0.50)", record.Notes);
        Assert.Contains(record.Notes, n => n.StartsWith("larger than the source", StringComparison.Ordinal));
        Assert.Contains("Note: slower than the source", HtmlReport.Render(record, "model"), StringComparison.Ordinal);
    }

    private static Task<OptimizeResult> SearchAsync(OnnxModel source, Func<OnnxModel, double> milliseconds, double? minSpeedup = null)
    {
        var timed = new TimedLoader(ModelLoader.Default, milliseconds);
        MemoryDataSource rows = SmallModels.Rows(200, (int)source.Graph.Initializers[0].Dims[0]);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        return BudgetOptimizer.OptimizeAsync(context, source, rows, rows, null, new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.5, MinSpeedup = minSpeedup });
    }

    private static bool Same(OnnxModel model, OnnxModel source) => model.Graph.Nodes.Count == source.Graph.Nodes.Count && Weights.TotalBytes(model.Graph) == Weights.TotalBytes(source.Graph);

    private sealed class Noticed(IDataSource rows, Action read) : IDataSource
    {
        public string Name => rows.Name;

        public IReadOnlyList<DataColumn> Columns => rows.Columns;

        public long? RowCount => rows.RowCount;

        public string Digest => rows.Digest;

        public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default)
        {
            read();
            return rows.ReadAsync(columns, batchRows, cancellationToken);
        }
    }
}
