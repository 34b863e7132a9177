using System.Globalization;
using Inference.Evaluation.Metrics;
using Inference.TestSupport;

namespace Inference.Evaluation.Tests.Metrics;

/// <summary>Each metric has scikit-learn's value on 1,000 random vectors, ties, weights and single classes included.</summary>
public sealed class SklearnTests
{
    private const int Vectors = 1000;
    private const double Tolerance = 1e-9;

    private static readonly string[] s_names =
    [
        "accuracy", "balanced_accuracy", "precision", "recall", "f1", "precision_macro", "recall_macro", "f1_macro", "precision_micro", "recall_micro", "f1_micro", "iou", "logloss", "perplexity", "brier", "auc",
        "average_precision", "calibration_error", "top1", "top2", "mae", "mse", "rmse", "mape", "r2", "pinball", "pinball0.9", "ndcg", "ndcg3", "mrr", "box_iou",
    ];

    [PythonSklearnFact]
    public void Metrics_OnRandomVectors_HaveScikitLearnsValues()
    {
        using var folder = new TemporaryFolder();
        string input = Path.Combine(folder.Path, "vectors.jsonl"), output = Path.Combine(folder.Path, "values.txt");
        RandomRows[][] all = [.. s_names.Select(static (name, n) => Enumerable.Range(0, Vectors).Select(i => new RandomRows(MetricCatalog.Parse(name), (n * Vectors) + i)).ToArray())];
        File.WriteAllLines(input, all.SelectMany(static rows => rows.Select(static r => r.ToJson())));
        PythonSklearn.Run(Path.Combine(TestData.RepositoryRoot!, "eng", "metrics.py"), input, output);
        double[] wanted = [.. File.ReadLines(output).Select(static line => line == "nan" ? double.NaN : double.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal(s_names.Length * Vectors, wanted.Length);

        List<string> wrong = [];
        for (int n = 0; n < s_names.Length; n++)
        {
            for (int i = 0; i < Vectors; i++)
            {
                double value = all[n][i].Value(), reference = wanted[(n * Vectors) + i];
                if (!(value.Equals(reference) || Math.Abs(value - reference) <= Tolerance * Math.Max(1, Math.Abs(reference))))
                {
                    wrong.Add($"{s_names[n]}, vector {i}: {value:R}, scikit-learn {reference:R}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {wanted.Length} differ:\n{string.Join("\n", wrong.GroupBy(static w => w.Split(',')[0]).SelectMany(static g => g.Take(3)))}");
    }
}
