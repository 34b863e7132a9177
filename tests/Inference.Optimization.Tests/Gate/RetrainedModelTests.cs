using System.Globalization;
using System.Text;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Distillation;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Gate;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;
using Inference.Optimization.Tests.Support;
using Inference.TestSupport;

namespace Inference.Optimization.Tests.Gate;

/// <summary>How often a model that was trained again from another seed passes: the same rows, the same network, other initial weights, order of rows and held-out rows. <c>eng/gate.sh</c> prints the table of 100.</summary>
public class RetrainedModelTests
{
    private const int Few = 4;

    [SharedDataFact("data/adult")]
    public async Task CheckAsync_ModelsOfOtherSeeds_Pass()
    {
        int seeds = int.Parse(Environment.GetEnvironmentVariable("INFERENCE_GATE_SEEDS") ?? $"{Few}", CultureInfo.InvariantCulture);
        var context = new OptimizationContext { Loader = ModelLoader.Default, BatchRows = 1024 };
        OnnxModel teacher = Lab.Model("adult_wide_deep");
        IDataSource train = Lab.Rows("adult_wide_deep", "train"), test = Lab.Rows("adult_wide_deep", "test");
        StudentFeatures features = await StudentFeatures.ReadAsync(teacher, train, default);
        EvaluationSet labels = await EvaluationSet.ReadAsync(train, new EvaluationOptions { Labels = "label" }, default);
        float[] targets = TensorConversion.ToFloats(labels.Labels!);
        OnnxModel[] models = [.. Enumerable.Range(1, seeds + 1).AsParallel().AsOrdered().Select(seed => Train(teacher, features, targets, seed))];

        var table = new StringBuilder("| rows | rules | models | passed | drop: mean | sd | rows that changed |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: |\n");
        var counts = new List<int>();
        foreach (IDataSource rows in new[] { new SelectedRows(test, [.. Enumerable.Range(0, 5_000).Select(static row => (long)row)]), test })
        {
            GateOptions options = new() { Metric = "accuracy", Labels = "label", MaxDrop = 0.01 };
            int passed = await CountAsync("accuracy, margin 1 point", options), sliced = await CountAsync("and slices by sex and race, 2 points; gaps, 5 points", options with { Slices = ["sex", "race"], MaxSliceDrop = 0.02 });
            counts.AddRange([passed, sliced]);

            async Task<int> CountAsync(string rules, GateOptions options)
            {
                var results = new List<GateResult>();
                foreach (OnnxModel model in models[1..])
                {
                    results.Add(await ModelGate.CheckAsync(context, new GateRequest { Candidate = model, Baseline = models[0], Data = rows, Options = options }));
                }

                double[] drops = [.. results.Select(static r => GateLab.Rule(r, "metric").Figure!.Value)];
                double mean = drops.Average(), deviation = Math.Sqrt(drops.Sum(d => (d - mean) * (d - mean)) / Math.Max(1, drops.Length - 1));
                ComparisonResult first = await ModelComparer.CompareAsync(context, models[0], models[1], rows, new EvaluationOptions { Labels = "label" });
                table.Append(CultureInfo.InvariantCulture, $"| {results[0].Data.Rows:N0} | {rules} | {seeds} | {results.Count(static r => r.Passed)} | {mean * 100:F2} % | {deviation * 100:F2} % | {100.0 * first.FlipCount / first.Rows:F1} % |\n");
                foreach (GateRule rule in results.SelectMany(static r => r.Rules).Where(static r => r.Refuses).OrderBy(static r => r.Subject, StringComparer.Ordinal))
                {
                    table.Append(CultureInfo.InvariantCulture, $"<!-- {rule} -->\n");
                }

                return results.Count(static r => r.Passed);
            }
        }

        if (Environment.GetEnvironmentVariable("INFERENCE_GATE") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, table.ToString());
        }

        Assert.All(counts, count => Assert.True(count >= 0.95 * seeds, table.ToString()));
    }

    private static OnnxModel Train(OnnxModel teacher, StudentFeatures features, float[] targets, int seed)
    {
        var options = new StudentOptions { Hidden = [32, 16], Epochs = 8 };
        var network = new StudentNetwork(features, options, 1, seed);
        var contract = new StudentContract([new StudentHead(teacher.Graph.Outputs[0].Name, 0, 1, [1], OnnxElementType.Float32, StudentLoss.BinaryCrossEntropy, true, [], [])], []);
        StudentTrainer.Train(network, features, contract, targets, null, options, new OptimizationContext { Loader = ModelLoader.Default, Seed = seed }, default);
        OnnxModel model = StudentWriter.Write(network, features, teacher, contract);
        model.Graph.Outputs[0] = new OnnxValueInfo(teacher.Graph.Outputs[0].Name, OnnxType.Tensor(OnnxElementType.Float32, "N", 1));
        return model;
    }
}
