using Inference;
using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Gate;
using Inference.Optimization.Quantization;
using Inference.Optimization.Search;

namespace Snippets;

internal static class Optimizing
{
    public static async Task Quantize()
    {
        #region quantize
        var context = new OptimizationContext { Loader = ModelLoader.Default };
        using OnnxModel model = OnnxModel.Load("ranker.onnx");
        QuantizeResult result = await Quantizer.QuantizeAsync(context, model, DataSource.Open("calibration.npz"));
        result.Model.Save("ranker-int8.onnx");
        #endregion
    }

    public static async Task Search(OptimizationContext context, OnnxModel model)
    {
        #region search
        OptimizeResult best = await BudgetOptimizer.OptimizeAsync(
            context,
            model,
            calibration: DataSource.Open("calibration.npz"),
            search: DataSource.Open("search.npz"),
            report: DataSource.Open("report.npz"),
            new OptimizeOptions
            {
                Evaluation = new EvaluationOptions { Metric = MetricCatalog.Parse("auc"), Labels = "clicked", Slices = ["country"] },
                MaxDrop = 0.001,
                MaxSliceDrop = 0.003,
            });
        Console.WriteLine($"goals met: {best.Met}");
        best.Model.Save("ranker-fast.onnx");
        #endregion
    }

    public static async Task Check(OptimizationContext context, OnnxModel candidate, OnnxModel current)
    {
        #region gate
        GateResult result = await ModelGate.CheckAsync(context, new GateRequest
        {
            Candidate = candidate,
            Baseline = current,
            Data = DataSource.Open("test.npz"),
            Options = new GateOptions { Metric = "auc", Labels = "clicked", MaxDrop = 0.005, Slices = ["country"], MaxSliceDrop = 0.02, MaxLatencyRatio = 1.2 },
        });
        foreach (GateRule rule in result.Rules.Where(static rule => rule.Refuses))
        {
            Console.WriteLine(rule);
        }

        File.WriteAllText("check.json", result.ToJson());
        #endregion
    }
}
