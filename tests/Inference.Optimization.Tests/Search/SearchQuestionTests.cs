using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;
using Inference.TestSupport;

namespace Inference.Optimization.Tests.Search;

/// <summary>Results of a search answer only the same question, and a shorter search does not replace what a longer one found.</summary>
public class SearchQuestionTests
{
    public static TheoryData<string> Changes => ["labels", "label values", "slices", "rows", "row values", "calibration rows", "latency rows", "backend", "metric", "seed", "slice rows", "output", "slice drop"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task DigestAsync_AnotherQuestion_IsAnother(string change)
    {
        Assert.Equal(await DigestAsync(""), await DigestAsync("time"));
        Assert.NotEqual(await DigestAsync(""), await DigestAsync(change));
    }

    [Fact]
    public async Task OptimizeAsync_RerunWithLessTime_KeepsTheBetterFile()
    {
        using var folder = new TemporaryFolder();
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        OptimizeResult long1 = await SearchAsync(source, folder, TimeSpan.FromHours(10));
        byte[] weights = OnnxModel.Load(folder.File("best.onnx")).Graph.Initializers[0].GetBytes().ToArray();

        // Time for no recipe but what is there.
        OptimizeResult short1 = await SearchAsync(source, folder, TimeSpan.FromTicks(1));
        Assert.Contains("int8", long1.Record.Chosen, StringComparison.Ordinal);
        Assert.Equal(long1.Record.Chosen, short1.Record.Chosen);
        Assert.Equal(weights, OnnxModel.Load(folder.File("best.onnx")).Graph.Initializers[0].GetBytes().ToArray());

        // Another question: the file is no answer to it.
        OptimizeResult other = await SearchAsync(source, folder, TimeSpan.FromTicks(1), maxDrop: 0.4);
        Assert.Equal("source", other.Record.Chosen);
    }

    [Fact]
    public async Task OptimizeAsync_StoppedAfterTheFirstCandidate_LeavesACompleteResultAtOnce()
    {
        using var folder = new TemporaryFolder();
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        using var stop = new CancellationTokenSource();
        var report = new Forbidden(SmallModels.Rows(50, 64));
        var timed = Timed();
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time, Progress = new StopAt(stop) };
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(context, source, rows, rows, report, new OptimizeOptions { Evaluation = Options(""), MaxDrop = 0.5, OutputPath = folder.File("best.onnx") }, stop.Token);

        Assert.Equal("int8", result.Record.Chosen);
        Assert.Contains("stopped early", result.Record.Budget, StringComparison.Ordinal);
        Assert.Equal("int8", DecisionRecord.Read(OnnxModel.Load(folder.File("best.onnx")))!.Chosen);
    }

    private static Task<OptimizeResult> SearchAsync(OnnxModel source, TemporaryFolder folder, TimeSpan time, double maxDrop = 0.5)
    {
        var timed = Timed();
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        var context = new OptimizationContext { Loader = timed, TimeProvider = timed.Time };
        return BudgetOptimizer.OptimizeAsync(context, source, rows, rows, null, new OptimizeOptions { Evaluation = Options(""), MaxDrop = maxDrop, MaxTime = time, OutputPath = folder.File("best.onnx") });
    }

    private static TimedLoader Timed() => new(ModelLoader.Default, model => model.Graph.Nodes.Exists(n => n.OpType == "QuantizeLinear") ? 0.5 : 1);

    private static EvaluationOptions Options(string change) => new()
    {
        Metric = MetricCatalog.Parse(change == "metric" ? "logloss" : "agreement"),
        Labels = change == "labels" ? "other" : "label",
        Slices = change == "slices" ? ["half"] : [],
        MinimumSliceRows = change == "slice rows" ? 50 : 100,
        Output = change == "output" ? "y" : null,
    };

    private static Task<string> DigestAsync(string change)
    {
        var context = new OptimizationContext { Loader = ModelLoader.Default, Seed = change == "seed" ? 2 : 1 };
        var options = new OptimizeOptions
        {
            Evaluation = Options(change),
            LatencyRows = change == "latency rows" ? 8 : 1,
            MaxSliceDrop = change == "slice drop" ? 0.1 : null,
            MaxTime = TimeSpan.FromMinutes(change == "time" ? 1 : 10),
        };
        return SearchQuestion.DigestAsync(
            context, SmallModels.TwoLayers(), Rows(20, change == "calibration rows" ? 3 : 1, 0), Rows(change == "rows" ? 19 : 20, change == "row values" ? 3 : 2, change == "label values" ? 1 : 0), options,
            change == "backend" ? "onnxruntime" : "cpu", default);
    }

    private static MemoryDataSource Rows(int rows, int seed, long label) => new(new NamedValues
    {
        ["x"] = TensorValue.Copy(Lab.Normal(rows * 16, seed), [rows, 16]),
        ["label"] = TensorValue.Copy(Enumerable.Repeat(label, rows).ToArray(), [rows]),
        ["other"] = TensorValue.Copy(new long[rows], [rows]),
        ["half"] = TensorValue.Copy(new long[rows], [rows]),
    });

    private sealed class StopAt(CancellationTokenSource stop) : IProgress<OptimizationProgress>
    {
        public void Report(OptimizationProgress value)
        {
            if (value is { Stage: "search", Step: 1 })
            {
                stop.Cancel();
            }
        }
    }

    private sealed class Forbidden(IDataSource rows) : IDataSource
    {
        public string Name => rows.Name;

        public IReadOnlyList<DataColumn> Columns => rows.Columns;

        public long? RowCount => rows.RowCount;

        public string Digest => rows.Digest;

        public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("A search that was stopped reads no more rows.");
    }
}
