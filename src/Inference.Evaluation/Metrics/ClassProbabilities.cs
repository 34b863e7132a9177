namespace Inference.Evaluation.Metrics;

/// <summary>Validates the probabilities of a row's positions.</summary>
internal static class ClassProbabilities
{
    /// <summary>The number of classes: values ÷ positions.</summary>
    /// <exception cref="EvaluationException">There are no values, or their number is not a multiple of the number of positions.</exception>
    public static int Count(Metric metric, ReadOnlySpan<double> values, ReadOnlySpan<int> actual) => actual.Length > 0 && values.Length > actual.Length && values.Length % actual.Length == 0
        ? values.Length / actual.Length
        : throw new EvaluationException($"Metric '{metric.Name}': expected a {(metric.Needs == MetricNeeds.Scores ? "score" : "probability")} for each of two or more classes, got {values.Length} values for {actual.Length} positions. Name an output that holds them, or choose a metric over classes.");
}
