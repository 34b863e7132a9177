using System.Globalization;

namespace Inference.Evaluation.Metrics;

/// <summary>The available metrics by name. Values follow scikit-learn 1.2 if it has the metric; an undefined value is NaN, never an error.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>name</term><description>meaning</description></listheader>
/// <item><term>accuracy, token_accuracy</term><description>Σw·[ŷ = y] ÷ Σw over positions</description></item>
/// <item><term>balanced_accuracy</term><description>mean recall of the classes that occur as true</description></item>
/// <item><term>precision, recall, f1</term><description>of class 1 of two; <c>_macro</c> and <c>_micro</c> for any number of classes</description></item>
/// <item><term>iou</term><description>TP ÷ (TP + FP + FN), mean over classes (masks, positions); box_iou: mean overlap of boxes x1, y1, x2, y2</description></item>
/// <item><term>logloss, perplexity</term><description>−mean ln p(true class); its exponential</description></item>
/// <item><term>brier</term><description>mean squared error of probabilities</description></item>
/// <item><term>auc, average_precision</term><description>of class 1 of two; more classes: mean over each class against the rest</description></item>
/// <item><term>calibration_error</term><description>expected calibration error over 10 bins</description></item>
/// <item><term>topK, such as top5</term><description>true class among the K highest scores</description></item>
/// <item><term>mae, mse, rmse, mape, r2</term><description>regression; mean over columns</description></item>
/// <item><term>pinball, pinballQ such as pinball0.9</term><description>quantile loss, 0 &lt; Q &lt; 1; the default is 0.5</description></item>
/// <item><term>ndcg, ndcgK, mrr</term><description>ranked lists, one per row</description></item>
/// <item><term>agreement</term><description>share of positions with the source model's class; needs no labels</description></item>
/// </list>
/// </remarks>
public static class MetricCatalog
{
    private static readonly Dictionary<string, Func<Metric>> s_metrics = new(StringComparer.Ordinal)
    {
        ["accuracy"] = static () => new AccuracyMetric("accuracy"),
        ["token_accuracy"] = static () => new AccuracyMetric("token_accuracy"),
        ["agreement"] = static () => new AccuracyMetric("agreement"),
        ["balanced_accuracy"] = static () => new BalancedAccuracyMetric(),
        ["precision"] = static () => new ClassRatioMetric("precision", ClassRatio.Precision, ClassAverage.Positive),
        ["precision_macro"] = static () => new ClassRatioMetric("precision_macro", ClassRatio.Precision, ClassAverage.Macro),
        ["precision_micro"] = static () => new ClassRatioMetric("precision_micro", ClassRatio.Precision, ClassAverage.Micro),
        ["recall"] = static () => new ClassRatioMetric("recall", ClassRatio.Recall, ClassAverage.Positive),
        ["recall_macro"] = static () => new ClassRatioMetric("recall_macro", ClassRatio.Recall, ClassAverage.Macro),
        ["recall_micro"] = static () => new ClassRatioMetric("recall_micro", ClassRatio.Recall, ClassAverage.Micro),
        ["f1"] = static () => new ClassRatioMetric("f1", ClassRatio.F1, ClassAverage.Positive),
        ["f1_macro"] = static () => new ClassRatioMetric("f1_macro", ClassRatio.F1, ClassAverage.Macro),
        ["f1_micro"] = static () => new ClassRatioMetric("f1_micro", ClassRatio.F1, ClassAverage.Micro),
        ["iou"] = static () => new ClassRatioMetric("iou", ClassRatio.IntersectionOverUnion, ClassAverage.Macro),
        ["box_iou"] = static () => new BoxOverlapMetric(),
        ["logloss"] = static () => new LogLossMetric("logloss"),
        ["perplexity"] = static () => new LogLossMetric("perplexity", perplexity: true),
        ["brier"] = static () => new BrierMetric(),
        ["auc"] = static () => new RocAucMetric(),
        ["average_precision"] = static () => new AveragePrecisionMetric(),
        ["calibration_error"] = static () => new CalibrationErrorMetric(10),
        ["mae"] = static () => new ErrorMetric("mae", ErrorKind.Absolute),
        ["mse"] = static () => new ErrorMetric("mse", ErrorKind.Squared),
        ["rmse"] = static () => new ErrorMetric("rmse", ErrorKind.RootSquared),
        ["mape"] = static () => new ErrorMetric("mape", ErrorKind.Percentage),
        ["r2"] = static () => new RSquaredMetric(),
        ["pinball"] = static () => new ErrorMetric("pinball", ErrorKind.Pinball),
        ["ndcg"] = static () => new NdcgMetric(null),
        ["mrr"] = static () => new ReciprocalRankMetric(),
    };

    /// <summary>The names that <see cref="Parse"/> accepts in addition to topK, ndcgK and pinballQ.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_metrics.Keys];

    /// <summary>Returns the metric with a name.</summary>
    /// <exception cref="EvaluationException">There is no such metric; the message lists the available ones.</exception>
    public static Metric Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_metrics.TryGetValue(name, out Func<Metric>? make) ? make()
            : Suffix(name, "top") is { } k ? new TopKMetric(k)
            : Suffix(name, "ndcg") is { } items ? new NdcgMetric(items)
            : name.StartsWith("pinball", StringComparison.Ordinal) && double.TryParse(name.AsSpan("pinball".Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double quantile) && quantile is > 0 and < 1
                ? new ErrorMetric(name, ErrorKind.Pinball, quantile)
            : throw new EvaluationException($"Metric: expected one of {string.Join(", ", Names)}, topK, ndcgK, pinballQ, got '{name}'. Name one of them.");
    }

    private static int? Suffix(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
